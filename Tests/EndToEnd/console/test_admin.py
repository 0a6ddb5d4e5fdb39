"""The administrator: users with their passwords and sessions, and a new version of the notice."""
import pytest

from registry import PASSWORD, ROOT, Client

NOTICE = (ROOT / "sql/policies/2017-87.yaml").read_text()


def post(page, path, **fields):
    token = page.get_attribute("meta[name=form-token]", "content")
    return page.request.post(path, form={"formToken": token, **fields}, max_redirects=0)


def add(page, **fields):
    page.goto("/users/new")
    for name, value in fields.items():
        if name in ("role", "authority"): page.select_option(f"#{name}", value)
        else: page.fill(f"#{name}", value)
    page.click("main button.primary")


def sign_in(page, username, password):
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def test_from_signing_in_to_a_new_officer_at_work(desk, registry):
    page = desk("admin").page
    assert page.url.endswith("/users")
    add(page, username="xin", personName="辛经办", role="countyOfficer")
    page.wait_for_selector(".note.bad")
    assert "角色与机构不符" in page.inner_text(".note.bad") and page.input_value("#personName") == "辛经办"
    page.select_option("#authority", "county:511824")
    page.click("main button.primary")
    page.wait_for_selector(".secret")
    password = page.inner_text(".secret")
    page.click("a:has-text('查看账号')")
    page.wait_for_url("**/users/xin")
    assert "石棉县" in page.inner_text(".terms") and "从未" in page.inner_text(".terms") and password not in page.content()
    # The password is good for choosing another and for nothing else.
    officer = desk().page
    sign_in(officer, "xin", password)
    officer.wait_for_url("**/account*")
    assert officer.goto("/queue").url.endswith("/account")
    page.reload()
    assert "从未" not in page.inner_text(".terms") and "待设密码" in page.inner_text(".head")
    assert [row[0] for row in registry.sql("SELECT reason FROM access_log WHERE action = 'manageUsers' ORDER BY id")] == ["add"]


@pytest.mark.parametrize("fields, said", [
    (dict(username="x y", personName="某", role="auditor"), "字母、数字"),
    (dict(username="clerk", personName="某", role="auditor"), "已被使用"),
    (dict(username="ua", personName="某", role="unitAdmin"), "统一社会信用代码"),
    (dict(username="ua", personName="某", role="unitAdmin", employerCreditCode="12511800MA00000000"), "没有找到该单位"),
    (dict(username="le", personName="某", role="learner"), "身份证号码"),
    (dict(username="le", personName="某", role="learner", idNumber="511823198502140019"), "没有找到该学员"),
    (dict(username="au", personName="某", role="auditor", authority="city"), "角色与机构不符"),
])
def test_a_user_who_cannot_be_is_refused_in_words(desk, registry, fields, said):
    page = desk("admin").page
    add(page, **fields)
    page.wait_for_selector(".note.bad")
    assert said in page.inner_text(".note.bad") and page.input_value("#username") == fields["username"]
    assert not registry.sql("SELECT 1 FROM users WHERE person_name = '某'")


def test_a_unit_and_a_learner_get_accounts(desk, registry):
    employer = registry.employer(name="名山区中学")
    learner = registry.learner(employer, name="周学员")
    page = desk("admin").page
    add(page, username="unit-1", personName="周管理", role="unitAdmin", employerCreditCode=employer["creditCode"])
    page.wait_for_selector(".secret")
    add(page, username="learner-1", personName="周学员", role="learner", idNumber=learner["idNumber"])
    page.wait_for_selector(".secret")
    assert learner["idNumber"] not in page.url and learner["idNumber"] not in registry.logged()
    page.goto("/users?role=unitAdmin")
    assert "名山区中学" in page.inner_text("tbody")
    page.goto("/users/learner-1")
    assert page.get_attribute(".terms a", "href") == f"/learners/{learner['id']}"


def test_whoever_is_disabled_is_out_at_once_and_comes_back(desk, registry):
    officer = desk("county-511824").page
    page = desk("admin").page
    page.goto("/users/county-511824")
    assert "1" in page.locator(".terms div", has_text="会话").inner_text()
    page.click("button:has-text('停用')")
    page.wait_for_selector(".state.account-disabled")
    officer.goto("/queue")
    assert "/sign-in" in officer.url
    page.goto("/users?standing=disabled")
    assert page.locator("tbody tr").count() == 1
    page.click("tbody a")
    page.click("button:has-text('启用')")
    page.wait_for_selector(".state.account-active")
    assert Client(registry, "county-511824").get("/api/v1/claims").status_code == 200


def test_a_new_password_ends_the_sessions_of_the_old_one(desk, registry):
    officer = desk("county-511825").page
    page = desk("admin").page
    page.goto("/users/county-511825")
    page.click("button:has-text('一次性密码')")
    page.wait_for_selector(".secret")
    password = page.inner_text(".secret")
    officer.goto("/queue")
    assert "/sign-in" in officer.url
    sign_in(officer, "county-511825", PASSWORD)
    officer.wait_for_selector(".note.bad")
    sign_in(officer, "county-511825", password)
    officer.wait_for_url("**/account*")


def test_five_wrong_passwords_are_forgiven_by_the_administrator(desk, registry):
    guess = desk().page
    for _ in range(5):
        sign_in(guess, "county-511826", "not the password")
        guess.wait_for_selector(".note.bad")
    sign_in(guess, "county-511826", PASSWORD)
    guess.wait_for_selector(".note.bad:has-text('次数过多')")
    page = desk("admin").page
    page.goto("/users?standing=locked")
    page.click("tbody a:has-text('县局511826')")
    page.click("button:has-text('解锁')")
    page.wait_for_selector(".note.good")
    sign_in(guess, "county-511826", PASSWORD)
    guess.wait_for_url("**/queue")


def test_sessions_are_ended_without_a_new_password(desk, registry):
    officer = desk("county-511827").page
    page = desk("admin").page
    page.goto("/users/county-511827")
    page.click("button:has-text('退出所有会话')")
    page.wait_for_selector(".note.good")
    officer.goto("/queue")
    assert "/sign-in" in officer.url
    assert Client(registry, "county-511827")


def test_nobody_disables_themselves(desk):
    page = desk("admin").page
    page.goto("/users/admin")
    assert page.locator("button:has-text('停用')").count() == 0
    answer = post(page, "/users/admin/disablements")
    assert answer.status == 409 and "另一名管理员" in answer.text()


def test_others_manage_no_users(desk):
    for username in ("city", "auditor", "clerk"):
        page = desk(username).page
        assert page.goto("/users").status == 403
        assert page.goto("/users/new").status == 403
        assert post(page, "/users/county-511803/disablements").status == 403
    # Whose name stands in the access log is known to whoever reads it, and nothing is offered there.
    page = desk("auditor").page
    assert page.goto("/users/clerk").status == 200 and page.locator("form[action^='/users']").count() == 0


def test_the_policy_in_words_comes_from_its_data(desk):
    page = desk("clerk").page
    page.click("nav a[href='/policy']")
    text = page.inner_text("main")
    for said in ("雅人社办〔2017〕87号", "2017-06-01—2018-12-31", "2018-06-01—2018-11-30", "75 元", "2.5 元".replace("2.5", "2.50"), "岗位晋升", "飞地园区", "三（一）"):
        assert said in text, said
    assert [text.count(f"\nQ{n}\n") for n in range(1, 13)] == [1] * 12
    assert page.locator("a[href='/policy/load']").count() == 0


def test_mistakes_in_a_policy_are_named_by_line_and_field(desk, registry):
    page = desk("admin").page
    page.goto("/policy/load")
    broken = NOTICE.replace("requiredHours: 30", "requiredHours: 31", 1).replace("mayBeRetaken: true", "mayBeRetaken: true\n  colour: red")
    page.fill("#source", broken)
    page.click("main button.primary")
    page.wait_for_selector("table")
    rows = [row.split("\t") for row in page.locator("main tbody tr").all_inner_texts()]
    lines = broken.splitlines()
    found = {field.strip(): int(line) for line, field, _ in rows}
    assert lines[found["test.colour"] - 1].strip() == "colour: red"
    assert "subjectYears[0].online" in found
    assert page.input_value("#source").splitlines()[:3] == broken.splitlines()[:3]
    assert registry.sql("SELECT max(version) FROM policies")[0][0] == 1


def test_a_new_version_is_previewed_and_put_in_force(desk, registry, tmp_path):
    registry.learner(registry.employer(), name="未到期")
    page = desk("admin").page
    page.goto("/policy/load")
    changed = tmp_path / "notice.yaml"
    changed.write_text(NOTICE.replace('dueOn: "2017-12-31"', 'dueOn: "2018-03-31"').replace("claimWaitingDays: 30", "claimWaitingDays: 20"))
    page.set_input_files("#file", changed)
    page.wait_for_function("document.querySelector('#source').value.includes('2018-03-31')")
    page.click("main button.primary")
    page.wait_for_selector("form[action='/policy']")
    text = page.inner_text("main")
    assert "subjectYears[2017].dueOn" in text and "2018-03-31" in text and "claimWaitingDays" in text
    # Who is overdue now would be in progress again.
    effect = page.locator("table", has=page.locator("caption", has_text="2017")).inner_text()
    assert "进行中" in effect and "未完成" in effect
    assert registry.sql("SELECT max(version) FROM policies")[0][0] == 1
    page.click("button:has-text('生效')")
    page.wait_for_url("**/policy?notice=2017-87")
    assert "2018-03-31" in page.inner_text("main") and "第2版" in page.inner_text(".head")
    assert registry.sql("SELECT loaded_by FROM policies WHERE version = 2")[0][0] == "许管理"
    page.goto("/policy/load")
    page.fill("#source", changed.read_text())
    page.click("main button.primary")
    page.wait_for_selector(".note:has-text('完全相同')")
    assert page.locator("form[action='/policy']").count() == 0


def test_a_year_of_another_notice_is_refused_in_words(desk, registry):
    page = desk("admin").page
    page.goto("/policy/load")
    answer = post(page, "/policy", source=NOTICE.replace('id: "2017-87"', 'id: "2019-1"', 1))
    assert answer.status == 409 and "2017-87" in answer.text()
