"""The unit's administrator: who is behind and by what, a list to hand out, and help with an account."""
import pytest
import requests

from browser import Desk
from files import read_csv, read_xlsx
from registry import PASSWORD


@pytest.fixture(scope="module")
def unit(registry):
    employer = registry.employer(division="511827", name="宝兴县人民医院")
    other = registry.employer(division="511827", name="宝兴县中学")
    registry.add_user("unit", "unitAdmin", employer=employer["creditCode"], name="穆管理")
    complete, waiting, behind = (registry.learner(employer, name=name) for name in ("柯完成", "陆待办", "康落后"))
    registry.decide(registry.claim(complete), "county-511827")
    registry.claim(waiting)
    stranger = registry.learner(other, name="外单位人")
    return {"employer": employer, "complete": complete, "waiting": waiting, "behind": behind, "stranger": stranger}


def names(page): return page.locator(".people-table tbody th a").all_inner_texts()


def test_who_is_behind_and_by_what_and_nobody_elses_people(desk, unit):
    page = desk("unit").page
    assert page.url.endswith("/unit")
    assert sorted(names(page)) == sorted(["陆待办", "康落后"])
    line = page.locator("tr", has_text="陆待办").inner_text()
    assert "还差 30 学时" in line and "宝兴县" in line and "待认定" in line
    page.click(".filters a:has-text('已完成')")
    assert names(page) == []
    page.click(".filters a:has-text('2017')")
    assert names(page) == ["柯完成"]
    assert "30/30" in page.inner_text(".people-table") and "网络" in page.inner_text(".people-table")
    page.goto("/unit?show=waiting")
    assert names(page) == ["陆待办"]
    page.goto("/unit?show=all")
    assert "外单位人" not in page.inner_text("main") and len(names(page)) == 3


def test_a_list_to_hand_out(desk, unit):
    page = desk("unit").page
    page.goto("/unit?show=all")
    with page.expect_download() as download: page.click("a:has-text('XLSX')")
    rows = read_xlsx(open(download.value.path(), "rb").read())
    assert [row[0] for row in rows[1:]] == names(page) and len(set(map(len, rows))) == 1
    with page.expect_download() as download: page.click("a:has-text('CSV')")
    data = open(download.value.path(), "rb").read()
    assert read_csv(data)[1][0] == rows[1][0]
    for learner in ("complete", "waiting", "behind"): assert unit[learner]["idNumber"].encode() not in data
    page.emulate_media(media="print")
    assert page.is_visible(".people-table") and not page.is_visible(".filters") and not page.is_visible(".bar")


def test_a_password_for_one_use_opens_the_account_and_nothing_but_a_new_password(browser, desk, registry, unit):
    admin = desk("unit").page
    admin.goto("/unit?show=all")
    admin.locator("tr", has_text="康落后").locator("a", has_text="开通账号").click()
    admin.click("button.primary")
    admin.wait_for_selector("[data-secret]")
    password, username = admin.inner_text("[data-secret]"), admin.inner_text(".slip strong.number >> nth=0")
    admin.goto("/unit?show=all")
    assert password not in admin.content()
    log = registry.sql("SELECT count(*) FROM access_log WHERE action = 'helpWithAccount' AND learner_id = %s AND outcome = 'allowed'", (unit["behind"]["id"],))
    assert log[0][0] == 1
    # Signs in with the ID number too (A1), and is led to a password of their own.
    learner = Desk(browser, registry, unit["behind"]["idNumber"], password)
    assert learner.page.url.endswith("/account")
    for path in ("/counter", "/"): learner.page.goto(path); assert learner.page.url.endswith("/account")
    token = requests.post(registry.url + "/api/v1/sessions", json={"username": username, "password": password}, timeout=30).json()["token"]
    refused = requests.post(registry.url + "/api/v1/learners/searches", json={}, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert refused.status_code == 403 and refused.json()["code"] == "passwordIsOneTime"
    learner.page.fill("[name=current]", password)
    learner.page.fill("[name=new]", "my own pass phrase")
    learner.page.fill("[name=again]", "my own pass phrase")
    learner.page.click("form[action='/account/password'] button, form:has([name=current]) button")
    learner.page.wait_for_load_state("networkidle")
    learner.page.goto("/")
    assert not learner.page.url.endswith("/account")
    learner.context.close()
    assert unit["behind"]["idNumber"] not in registry.logged() and password not in registry.logged()


def test_for_another_units_learner_it_is_refused_and_on_the_log(desk, registry, unit):
    page = desk("unit").page
    path = f"/learners/{unit['stranger']['id']}/account"
    assert page.goto(path).status == 403
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    page.goto(f"/learners/{unit['behind']['id']}/account")
    token = page.get_attribute("meta[name=form-token]", "content")
    answer = requests.post(registry.url + path, cookies=cookies, data={"formToken": token}, timeout=30)
    assert answer.status_code == 403
    refused = registry.sql("SELECT count(*) FROM access_log WHERE action = 'helpWithAccount' AND learner_id = %s AND outcome = 'refused'", (unit["stranger"]["id"],))
    assert refused[0][0] >= 1


def test_an_officers_account_is_nobodys_to_recover(desk, registry, unit):
    """A bureau's officer who is a learner too: the account of the office is out of reach."""
    registry.add_user("both", "countyOfficer", "county:511827", id_number=unit["complete"]["idNumber"], name="柯完成")
    page = desk("unit").page
    page.goto(f"/learners/{unit['complete']['id']}/account")
    page.click("button.primary")
    page.wait_for_selector("[data-secret]")
    assert page.inner_text(".slip strong.number >> nth=0") != "both"
    assert requests.post(registry.url + "/api/v1/sessions", json={"username": "both", "password": PASSWORD}, timeout=30).status_code == 201


def test_no_other_role_has_a_unit(desk):
    for user in ("clerk", "city", "auditor"):
        page = desk(user).page
        assert page.goto("/unit").status == 403 and page.goto("/unit/list.csv").status == 403
