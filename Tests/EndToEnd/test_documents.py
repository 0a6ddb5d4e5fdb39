"""Certificates and notices as documents: the PDF, the code in its corner, the signed credential, and what becomes of them."""
import copy
import itertools
import json
import re
import subprocess

import pytest
import requests
from PIL import Image

import credential_check
from registry import Registry

# Of Extension A, B and E: names that a common font has not.
RARE = "龚㛃𬭚𠅤䶮"


@pytest.fixture(scope="module")
def house():
    registry = Registry(CEREGISTRY_PUBLIC_URL="https://jxjy.example.cn")
    registry.add_bureau_users(["511823"])
    registry.add_user("clerk-county", "clerk", "county:511823", name="县窗口")
    registry.start()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def holder(house):
    learner = house.learner(house.employer(name="汉源县人民医院"), name=RARE, post="主治医师", title="中级")
    claim = house.claim(learner)
    assert house.decide(claim, "county-511823").status_code == 201
    return learner


def printed(house, learner, by="city"):
    return house.as_(by).made(f"/api/v1/learners/{learner['id']}/certificates")


def pdf(house, path, folder, by="city"):
    answer = house.as_(by).get(path, timeout=170)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    file = folder / "document.pdf"
    file.write_bytes(answer.content)
    return file


def text_of(file):
    """Spaces and line breaks left out: a line may break anywhere in Chinese."""
    return re.sub(r"\s", "", subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, text=True, check=True).stdout)


def scanned(file, folder):
    subprocess.run(["pdftoppm", "-r", "150", "-png", str(file), str(folder / "page")], check=True)
    done = subprocess.run(["zbarimg", "-q", "--raw", *map(str, sorted(folder.glob("page*.png")))], capture_output=True, text=True)
    assert done.stdout, "no code could be read from any page"
    return done.stdout.strip()


def test_the_pdf_is_text_in_embedded_fonts_and_its_code_verifies(house, holder, tmp_path):
    code = printed(house, holder)["code"]
    file = pdf(house, f"/api/v1/certificates/{code}.pdf", tmp_path)
    text = text_of(file)
    for said in ("继续教育登记证书", RARE, "汉源县人民医院", "2017年度大数据时代的互联网信息安全", code, "2018年1月10日", "汉源县人力资源和社会保障局"):
        assert said in text, said
    assert holder["idNumber"] not in text
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" and line.split()[-3] == "yes" for line in fonts), fonts
    address = scanned(file, tmp_path)
    assert address == f"https://jxjy.example.cn/verify/{code}"
    verified = requests.get(f"{house.url}/verify/{address.rpartition('/')[2]}", timeout=30).json()
    assert (verified["kind"], verified["status"]) == ("certificate", "stands")
    assert RARE not in json.dumps(verified, ensure_ascii=False) and verified["nameMasked"][0] == RARE[0]


def test_no_character_of_a_rare_name_is_a_box(house, holder, tmp_path):
    """Boxes look all alike: the five characters of the name, as they are painted, are five different pictures."""
    file = pdf(house, f"/api/v1/certificates/{printed(house, holder)['code']}.pdf", tmp_path)
    words = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, check=True).stdout.decode(errors="replace")
    place = re.search(rf'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">{RARE}<', words)
    assert place, "the name is not one word of the page"
    left, top, right, bottom = (float(number) * 300 / 72 for number in place.groups())
    subprocess.run(["pdftoppm", "-r", "300", "-f", "1", "-l", "1", "-gray", "-png", str(file), str(tmp_path / "page")], check=True)
    page = Image.open(next(tmp_path.glob("page*.png")))
    width = (right - left) / len(RARE)
    cells = [page.crop((int(left + n * width), int(top), int(left + (n + 1) * width), int(bottom))).resize((40, 40)).tobytes() for n in range(len(RARE))]
    for one, other in itertools.combinations(cells, 2):
        assert sum(abs(a - b) > 64 for a, b in zip(one, other)) > 60


def test_the_same_printing_makes_the_same_pdf(house, holder):
    code = printed(house, holder)["code"]
    first, second = (house.as_("city").get(f"/api/v1/certificates/{code}.pdf", timeout=170).content for _ in range(2))
    assert first == second


def test_after_a_reversal_the_same_code_says_superseded_everywhere(house, tmp_path):
    learner = house.learner(house.employer())
    entry = house.decide(house.claim(learner), "county-511823").json()["entry"]
    code = printed(house, learner)["code"]
    before = pdf(house, f"/api/v1/certificates/{code}.pdf", tmp_path)
    assert "已作废" not in text_of(before)
    house.as_("city").made(f"/api/v1/register/{entry}/reversals", reason="培训档案有误")
    after = pdf(house, f"/api/v1/certificates/{code}.pdf", tmp_path)
    assert "本证书已作废" in text_of(after) and "已于2018-01-10撤销" in text_of(after)
    address = scanned(after, tmp_path)
    assert requests.get(f"{house.url}/verify/{address.rpartition('/')[2]}", timeout=30).json()["status"] == "superseded"
    page = requests.get(f"{house.url}/verify/{code}", headers={"Accept": "text/html"}, timeout=30)
    assert page.status_code == 200 and "证书已作废" in page.text and "已撤销" in page.text
    refused = house.as_("city").get(f"/api/v1/certificates/{code}.json")
    assert refused.status_code == 409 and refused.json()["code"] == "certificateSuperseded"


def test_a_certificate_is_for_whoever_may_print_it(house, holder):
    other = house.learner(house.employer(division="511802"), name="远方人")
    there = printed(house, other)["code"]
    for form in ("", ".pdf", ".json"):
        assert house.as_("county-511823").get(f"/api/v1/certificates/{there}{form}").status_code == 403
        assert house.as_("auditor").get(f"/api/v1/certificates/{there}{form}").status_code == 403
        assert house.as_("city").get(f"/api/v1/certificates/{there}{form}", timeout=170).status_code == 200
    assert house.as_("city").get("/api/v1/certificates/0000-0000-0000-0000.pdf").status_code == 404
    assert house.as_("city").get(f"/api/v1/certificates/{there}.exe").status_code == 404


# The credential

@pytest.fixture(scope="module")
def credential(house, holder):
    code = printed(house, holder)["code"]
    answer = house.as_("city").get(f"/api/v1/certificates/{code}.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/vc+json"
    return answer.json()


@pytest.fixture(scope="module")
def issuer(house):
    answer = requests.get(house.url + "/.well-known/did.json", timeout=30)
    assert answer.status_code == 200
    return answer.json()


def test_a_stranger_checks_the_credential_without_asking_the_daemon(credential, issuer, tmp_path):
    subject = credential_check.check(credential, issuer)
    assert subject["identifier"][0]["identityHash"] == RARE
    assert {result["value"] for result in subject["result"]} == {"30", "0"}
    (tmp_path / "credential.json").write_text(json.dumps(credential, ensure_ascii=False, indent=4))
    (tmp_path / "did.json").write_text(json.dumps(issuer))
    done = subprocess.run(["python3", credential_check.__file__, tmp_path / "credential.json", tmp_path / "did.json"], capture_output=True, text=True)
    if "No module named 'cryptography'" not in done.stderr:
        assert done.returncode == 0 and credential["credentialStatus"]["id"] in done.stdout


def changed(credential, *path, to):
    other = copy.deepcopy(credential)
    place = other
    for step in path[:-1]: place = place[step]
    assert place[path[-1]] != to
    place[path[-1]] = to
    return other


@pytest.mark.parametrize("path, to", [
    (("credentialSubject", "identifier", 0, "identityHash"), "别人"),
    (("credentialSubject", "result", 1, "value"), "30"),
    (("validFrom",), "2019-01-10T00:00:00+08:00"),
    (("credentialStatus", "id"), "https://elsewhere.example/verify/1"),
    (("proof", 0, "created"), "2018-01-10T01:00:01Z"),
    (("proof", 0, "proofPurpose"), "authentication"),
    (("issuer", "name"), "另一机构"),
    (("issuer", "id"), "did:web:elsewhere.example"),
    (("@context", 0), "https://elsewhere.example"),
])
def test_a_changed_credential_is_refused(credential, issuer, path, to):
    with pytest.raises(credential_check.Refused):
        credential_check.check(changed(credential, *path, to=to), issuer)


def test_what_is_added_or_left_out_is_refused_too(credential, issuer):
    added = {**credential, "award": "优秀"}
    lacking = {name: value for name, value in credential.items() if name != "evidence"}
    for other in (added, lacking):
        with pytest.raises(credential_check.Refused):
            credential_check.check(other, issuer)


def test_a_key_that_the_issuer_does_not_publish_signs_nothing(credential, issuer):
    stranger = changed(issuer, "verificationMethod", 0, "publicKeyMultibase", to="z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    with pytest.raises(credential_check.Refused):
        credential_check.check(credential, stranger)


def test_the_credential_has_the_form_of_an_open_badge(credential):
    assert credential["@context"][0] == "https://www.w3.org/ns/credentials/v2" and "ob/v3p0" in credential["@context"][1]
    assert credential["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    achievement = credential["credentialSubject"]["achievement"]
    assert achievement["type"] == ["Achievement"] and achievement["criteria"]["narrative"] and achievement["id"].startswith("urn:uuid:")
    described = {result["id"] for result in achievement["resultDescription"]}
    assert {result["resultDescription"] for result in credential["credentialSubject"]["result"]} == described
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", credential["validFrom"])


def test_a_newer_key_takes_over_and_the_old_one_still_proves(house, holder, credential):
    """Two keys: the newer signs, both are published."""
    keys = house.folder / "issuer-keys"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", keys / "0002.pem"], check=True)
    clock = house.clock
    house.stop()
    house.start(clock)
    issuer = requests.get(house.url + "/.well-known/did.json", timeout=30).json()
    assert len(issuer["verificationMethod"]) == 2
    credential_check.check(credential, issuer)
    newer = house.as_("city").get(f"/api/v1/certificates/{printed(house, holder)['code']}.json").json()
    credential_check.check(newer, issuer)
    assert newer["proof"][0]["verificationMethod"] != credential["proof"][0]["verificationMethod"]


# Notices

@pytest.mark.parametrize("complete, title, outcome", [(True, "受理通知书", "accepted"), (False, "不予受理通知书", "refused")])
def test_a_notice_says_what_the_counter_says_and_its_code_verifies(house, tmp_path, complete, title, outcome):
    learner = house.learner(house.employer(), name="赵通知")
    if complete: house.decide(house.claim(learner), "county-511823")
    notice = house.as_("clerk-county").made(f"/api/v1/learners/{learner['id']}/notices", purpose="titlePromotion")
    assert (notice["outcome"], notice["authority"], notice["issuedBy"]) == (outcome, "county:511823", "县窗口")
    file = pdf(house, f"/api/v1/notices/{notice['code']}.pdf", tmp_path, by="clerk-county")
    text = text_of(file)
    for said in (title, "赵通知", "申报晋升专业技术职称", "E1", "原件", "复印件", "汉源县人力资源和社会保障局", "2018年1月10日", notice["code"]): assert said in text, said
    verified = requests.get(f"{house.url}/verify/{scanned(file, tmp_path).rpartition('/')[2]}", timeout=30).json()
    assert verified["kind"] == "notice" and verified["notice"]["outcome"] == outcome and verified["status"] == "stands"
    assert "赵通知" not in json.dumps(verified, ensure_ascii=False)
    page = requests.get(f"{house.url}/verify/{notice['code']}", headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=30)
    assert page.status_code == 200 and ("Accept" if complete else "Do not accept") in page.text and "赵通知" not in page.text


def test_a_notice_stays_as_it_was_and_says_when_its_ground_is_gone(house):
    learner = house.learner(house.employer())
    entry = house.decide(house.claim(learner), "county-511823").json()["entry"]
    notice = house.as_("clerk").made(f"/api/v1/learners/{learner['id']}/notices", purpose="registration")
    house.as_("city").made(f"/api/v1/register/{entry}/reversals", reason="培训档案有误")
    now = house.as_("clerk").get(f"/api/v1/notices/{notice['code']}").json()
    assert now["status"] == "superseded" and now["notice"] == notice
    assert requests.get(f"{house.url}/verify/{notice['code']}", timeout=30).json()["status"] == "superseded"
    for statement in ("UPDATE notices SET outcome = 'refused'", "DELETE FROM notices", "TRUNCATE notices"):
        with pytest.raises(Exception, match="append-only"): house.sql(statement)


def test_no_notice_where_the_counter_neither_accepts_nor_refuses(house):
    learner = house.learner(house.employer(kind="enterprise"))
    clerk = house.as_("clerk")
    for purpose, why in (("postPromotion", "notApplicable"), ("annualExcellent", "notExcellent"), ("nothing", "purposeUnknown")):
        answer = clerk.post(f"/api/v1/learners/{learner['id']}/notices", json={"purpose": purpose})
        assert answer.status_code == 422 and answer.json()["code"] == why, answer.text
    assert house.as_("base").post(f"/api/v1/learners/{learner['id']}/notices", json={"purpose": "titlePromotion"}).status_code == 403


def test_a_notice_sent_twice_is_issued_once(house):
    learner = house.learner(house.employer())
    sent = [house.as_("clerk").post(f"/api/v1/learners/{learner['id']}/notices", json={"purpose": "titlePromotion"},
                                    headers={"Idempotency-Key": "notice-1"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201] and sent[0].json() == sent[1].json()
    assert house.sql("SELECT count(*) FROM notices WHERE learner_id = %s", (learner["id"],))[0][0] == 1
