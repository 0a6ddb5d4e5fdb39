"""Files: dropped or chosen, checked while they run, given back with what is wrong with each row."""
import pytest
import requests

import makers
from files import csv_bytes, read_csv, read_xlsx, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def people(registry):
    employer = registry.employer(division="511826")
    good = [[makers.id_number(), f"新人{n}", employer["creditCode"]] for n in range(3)]
    header = ["身份证号", "姓名", "单位统一社会信用代码"]
    return {"rows": [header, good[0], ["511823198502140019", "校验错", employer["creditCode"]], good[1], [good[2][0], "", employer["creditCode"]]],
            "good": good, "employer": employer}


def send(page, name, data, kind="learners", dry=False, mime="text/csv"):
    page.goto("/imports")
    page.check(f"input[value={kind}]", force=True)
    if not dry: page.uncheck("[name=dryRun]")
    page.set_input_files("#file", {"name": name, "mimeType": mime, "buffer": data})
    page.click("button.primary")
    page.wait_for_url("**/imports/*-*")


def found(registry, number): return registry.as_("city").post("/api/v1/learners/searches", json={"idNumber": number}).json()["items"]


def test_a_file_is_tried_mended_and_taken_in(desk, registry, people):
    page = desk("county-511826").page
    send(page, "人员名单.csv", csv_bytes(people["rows"]), dry=True)
    page.wait_for_selector("[data-state=done]")
    assert "试运行" in page.inner_text("#job") and found(registry, people["good"][0][0]) == []
    findings = page.inner_text("section:has(#findings)")
    assert "3" in findings and "校验位" in findings and "5" in findings
    with page.expect_download() as download: page.click("a[download]")
    rows = read_csv(open(download.value.path(), "rb").read())
    assert download.value.suggested_filename == "人员名单-结果.csv"
    assert [len(row) for row in rows] == [4] * 5
    assert rows[0][-1] == "导入结果" and "未导入" not in rows[1][-1] and "校验位" in rows[2][-1] and rows[3][-1] == "" and rows[4][-1].startswith("未导入")
    # Numbers stay text in a spreadsheet, and the mended file goes straight back.
    assert rows[1][0] == "\t" + people["good"][0][0]
    rows[2][0], rows[4][1] = makers.id_number(), "已补姓名"
    send(page, "人员名单-结果.csv", csv_bytes(rows))
    page.wait_for_selector("[data-state=done]")
    assert page.locator("#job .note.good").count() == 1
    assert len(found(registry, people["good"][2][0])) == 1


def test_a_workbook_comes_back_as_a_workbook(desk, registry, people):
    page = desk("county-511826").page
    send(page, "名单.xlsx", xlsx_bytes(people["rows"]), dry=True, mime=XLSX)
    page.wait_for_selector("[data-state=done]")
    with page.expect_download() as download: page.click("a[download]")
    assert download.value.suggested_filename.endswith(".xlsx")
    rows = read_xlsx(open(download.value.path(), "rb").read())
    assert rows[0][:3] == people["rows"][0] and "校验位" in rows[2][3] and rows[1][0] == people["good"][0][0]


def test_without_javascript_the_form_and_the_page_do_the_same(desk, registry, people):
    page = desk("county-511826", java_script_enabled=False).page
    send(page, "名单.csv", csv_bytes(people["rows"]))
    for _ in range(40):
        page.reload()
        if page.locator("[data-state=done]").count(): break
        page.wait_for_timeout(100)
    assert "校验位" in page.inner_text("#job") and len(found(registry, people["good"][0][0])) == 1


def test_a_file_that_is_dropped_is_chosen(desk, people):
    page = desk("county-511826").page
    page.goto("/imports")
    page.evaluate("""text => {
        const data = new DataTransfer();
        data.items.add(new File([text], "拖放.csv", { type: "text/csv" }));
        document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }""", csv_bytes(people["rows"]).decode("utf-8-sig"))
    assert "拖放.csv" in page.inner_text("[data-picked]")
    page.check("input[value=learners]", force=True)
    page.click("button.primary")
    page.wait_for_selector("[data-state=done]")


def test_the_first_errors_show_while_it_runs(desk, registry, people):
    """The register holds the file up; what was found before that is there to read."""
    import psycopg
    page = desk("county-511826").page
    with psycopg.connect(registry.database_url) as holding:
        holding.execute("SELECT pg_advisory_xact_lock(hashtext('import'), hashtext('learners'))")
        send(page, "名单.csv", csv_bytes(people["rows"]), dry=True)
        page.wait_for_selector("#findings")
        assert page.get_attribute("[data-state]", "data-state") == "running"
        assert "校验位" in page.inner_text("section:has(#findings)") and "到目前为止" in page.inner_text("#findings")
    page.wait_for_selector("[data-state=done]")


def test_a_file_that_is_none_is_refused_in_words(desk):
    page = desk("county-511826").page
    send(page, "扫描.pdf", b"%PDF-1.7 ...", mime="application/pdf")
    page.wait_for_selector("[data-state=failed]")
    assert "PDF" in page.inner_text("#job .note.bad")


@pytest.mark.parametrize("kind", ["completions", "learners", "employers", "openings"])
def test_a_template_has_chinese_columns_and_numbers_as_text(desk, kind):
    clerk = desk("county-511826")
    page = clerk.context.request
    sheet = page.get(f"/imports/templates/{kind}.xlsx")
    rows = read_xlsx(sheet.body())
    assert len(rows) == 1 and all(any("\u4e00" <= c <= "\u9fff" for c in cell) for cell in rows[0])
    assert read_csv(page.get(f"/imports/templates/{kind}.csv").body()) == rows
    hints = read_xlsx(sheet.body(), 1)
    assert [row[0] for row in hints[1:]] == [cell.lstrip("*") for cell in rows[0]] and all(row[2] for row in hints[1:])


def test_what_a_template_says_is_taken_in(desk, registry, people):
    """The header of the template with a row below it."""
    page = desk("county-511826").page
    header = read_csv(page.context.request.get("/imports/templates/learners.csv").body())[0]
    number = makers.id_number()
    row = {"*身份证号": number, "*姓名": "模板人", "*单位统一社会信用代码": people["employer"]["creditCode"], "性别": "女"}
    send(page, "模板.csv", csv_bytes([header, [row.get(column, "") for column in header]]))
    page.wait_for_selector("[data-state=done]")
    assert found(registry, number)[0]["name"] == "模板人"


def test_rights_are_those_of_the_api(desk, registry, people):
    for user in ("clerk", "base"):
        page = desk(user).page
        assert page.goto("/imports").status == 403
        assert page.goto("/imports/templates/learners.xlsx").status == 403
    admin = desk("admin").page
    admin.goto("/imports")
    assert admin.locator("input[name=kind]").count() == 1 and admin.input_value("input[name=kind]") == "employers"
    mine, other = desk("county-511826").page, desk("county-511802").page
    send(mine, "名单.csv", csv_bytes(people["rows"]), dry=True)
    assert other.goto(mine.url).status == 403 and other.goto(mine.url + "/file").status == 403


def test_a_file_without_the_forms_token_is_not_read(desk, registry, people):
    page = desk("county-511826").page
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    before = registry.sql("SELECT count(*) FROM import_jobs")[0][0]
    for fields in ({}, {"formToken": "AAAA"}):
        answer = requests.post(registry.url + "/imports", cookies=cookies, data={**fields, "kind": "learners"},
                               files={"file": ("x.csv", csv_bytes(people["rows"]))}, timeout=30, allow_redirects=False)
        assert answer.status_code == 403
    assert registry.sql("SELECT count(*) FROM import_jobs")[0][0] == before
