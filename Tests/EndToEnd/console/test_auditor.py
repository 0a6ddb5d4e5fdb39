"""The auditor reads everything and changes nothing; the city officer runs the audit and answers what it found."""
import pytest


@pytest.fixture(scope="module")
def wrong(registry):
    """An employer whose code cannot be, known to no rule of the database."""
    employer = registry.employer(name="代码有误的单位")
    registry.learner(employer, name="杨某")
    registry.sql("UPDATE employers SET credit_code = '125118000000000001' WHERE id = %s", (employer["id"],))
    return employer


def post(page, path, **fields):
    token = page.get_attribute("meta[name=form-token]", "content")
    return page.request.post(path, form={"formToken": token, **fields}, max_redirects=0)


def test_before_the_first_run_it_is_said(desk, wrong):
    page = desk("auditor").page
    assert page.url.endswith("/audit") and "还没有核查过" in page.inner_text("main")
    assert page.locator("form[action='/audit/runs']").count() == 0
    assert post(page, "/audit/runs").status == 403


def test_a_run_beside_the_page_and_a_finding_answered_with_a_reason(desk, registry, wrong):
    officer = desk("city")
    page = officer.page
    page.goto("/audit")
    page.click("button:has-text('立即核查')")
    page.wait_for_selector(".run", timeout=60_000)
    assert "提醒 1 处" in page.inner_text(".run .word") or "提醒" in page.inner_text(".run .word")
    page.click("tbody a:has-text('统一社会信用代码')")
    page.wait_for_url("**/audit/findings**")
    assert "A1" in page.inner_text("main") and "更正" in page.inner_text(".finding")
    # The way to the record, and back.
    page.click(".finding a[href^='/employers/']")
    page.wait_for_selector("h1:has-text('代码有误的单位')")
    page.go_back()
    page.click(".acknowledge summary")
    page.fill(".acknowledge textarea", "已通知单位更换登记证书")
    page.click(".acknowledge button")
    page.wait_for_selector(".finding .note:has-text('已通知单位更换登记证书')")
    assert "王市局" in page.inner_text(".finding .note") and page.locator(".acknowledge").count() == 0
    assert officer.complaints == []
    page.goto("/audit/runs")
    assert page.locator("tbody tr").count() == 1
    page.click("tbody a")
    page.wait_for_selector(".run")


def test_a_finding_is_not_answered_without_a_reason_or_twice(desk, registry, wrong):
    registry.sql("UPDATE employers SET name = '代码仍有误的单位', credit_code = '125118000000000002' WHERE id = %s", (wrong["id"],))
    assert registry.as_("city").post("/api/v1/audits", json={}).status_code == 201
    finding = registry.as_("city").get("/api/v1/audits/findings", params={"acknowledged": "false", "check": "creditCodeCheckCharacter"}).json()["items"][0]["id"]
    page = desk("city").page
    page.goto("/audit/findings")
    blank = post(page, f"/audit/findings/{finding}/acknowledgements", reason=" ")
    assert blank.status == 422
    assert post(page, f"/audit/findings/{finding}/acknowledgements", reason="核实中").status == 303
    again = post(page, f"/audit/findings/{finding}/acknowledgements", reason="我的说明不能丢")
    assert again.status == 409 and "已经有人说明过" in again.text() and "我的说明不能丢" in again.text()
    auditor = desk("auditor").page
    auditor.goto("/audit/findings?acknowledged=true")
    assert "核实中" in auditor.inner_text("main") and auditor.locator(".acknowledge").count() == 0
    assert post(auditor, f"/audit/findings/{finding}/acknowledgements", reason="越权").status == 403


def test_a_guard_that_is_off_is_said_with_what_to_do(desk, registry, wrong):
    registry.sql("ALTER TABLE reversals DISABLE TRIGGER append_only")
    try:
        assert registry.as_("city").post("/api/v1/audits", json={"full": True}).status_code == 201
        page = desk("auditor").page
        page.goto("/audit")
        assert "错误" in page.inner_text(".run.refused .word")
        page.click("tbody a:has-text('保护措施被停用')")
        page.click(".finding a[href='/audit/guards']")
        page.wait_for_url("**/audit/guards")
        assert "reversals.append_only" in page.inner_text("main") and "恢复" in page.inner_text("main")
    finally:
        registry.sql("ALTER TABLE reversals ENABLE TRIGGER append_only")


def test_who_looked_at_whom_with_refusals_first(desk, registry, wrong):
    learner = registry.learner(registry.employer(division="511802", name="雨城区医院"), name="被查看人")
    assert registry.as_("county-511803").get(f"/api/v1/learners/{learner['id']}").status_code == 403
    assert registry.as_("clerk").get(f"/api/v1/learners/{learner['id']}").status_code == 200
    page = desk("auditor").page
    page.goto("/access-log")
    first = page.locator("tbody tr").first
    assert "拒绝" in first.inner_text()
    page.goto(f"/access-log?learner={learner['id']}")
    lines = page.locator("tbody tr").all_inner_texts()
    assert "县局511803" in lines[0] and "拒绝" in lines[0] and any("李窗口" in line and "允许" in line for line in lines[1:])
    assert "被查看人" in page.inner_text(".note")
    page.fill("#user", "clerk")
    page.click("main button.primary")
    page.wait_for_url("**user=clerk**")
    assert all("李窗口" in line for line in page.locator("tbody tr").all_inner_texts())
    page.click(".filters a:has-text('前一天')")
    page.wait_for_selector("main .card:has-text('没有符合条件的记录')")
    assert learner["idNumber"] not in page.content()


def test_the_log_goes_on_over_the_page(desk, registry, wrong):
    clerk = registry.as_("clerk")
    learner = registry.learner(registry.employer(), name="常被看")
    for _ in range(110): clerk.get(f"/api/v1/learners/{learner['id']}")
    page = desk("auditor").page
    page.goto(f"/access-log?learner={learner['id']}&user=clerk")
    assert page.locator("tbody tr").count() == 100
    page.click("a:has-text('下一页')")
    page.wait_for_url("**cursor=**")
    assert page.locator("tbody tr").count() == 10


def test_a_day_that_is_none_is_said(desk, wrong):
    page = desk("auditor").page
    page.goto("/access-log?day=2019-02-31")
    assert "yyyy-MM-dd" in page.inner_text(".note.bad")


def test_a_county_officer_reads_neither_audit_nor_log(desk, wrong):
    page = desk("county-511803").page
    for path in ("/audit", "/audit/findings", "/audit/runs", "/audit/guards", "/access-log", "/users/clerk"):
        assert page.goto(path).status == 403, path
