"""In which encoding is a file written? Told from a few lines, in the languages and programs that people have."""

from __future__ import annotations

import pytest

from desirepath.sources.files.encoding import encoding_of
from desirepath.sources.files.scan import scan_chunks

TEXTS = {
    "German": ("Kunde,Ort,Bemerkung", "Müller GmbH,Köln,Größe passt nicht", "Jäger,Düsseldorf,schöne Grüße"),
    "French": (
        "client,ville,avis",
        "Hélène Lefèvre,Besançon,Très déçu du délai",
        "François,Orléans,reçu à temps",
    ),
    "Spanish": ("cliente,ciudad", "Íñigo Núñez,Málaga", "Señora Ibáñez,León"),
    "Portuguese": ("cliente,cidade", "João Conceição,São Paulo", "Antônio,Brasília"),
    "Italian": ("cliente,nota", "Niccolò,è già arrivato", "Città di Castello,perché no"),
    "Swedish": ("kund,ort", "Åsa Sjöberg,Växjö", "Björn,Malmö"),
    "Polish": ("klient,miasto", "Łukasz Wójcik,Łódź", "Świętosława Żółć,Gdańsk"),
    "Czech": ("zákazník,město", "Jiří Dvořák,Plzeň", "Žofie Křížová,České Budějovice"),
    "Hungarian": ("vevő,város", "Szőke Gergő,Győr", "Kövér Ágnes,Székesfehérvár"),
    "Turkish": ("müşteri,şehir", "Ayşe Yılmaz,İstanbul", "Gökhan Çağlar,Eskişehir"),
    "Russian": ("клиент,город", "Иван Петров,Москва", "Ольга Смирнова,Санкт-Петербург"),
    "Greek": ("πελάτης,πόλη", "Γιώργος Παπαδόπουλος,Αθήνα", "Ελένη,Θεσσαλονίκη"),
    "Hebrew": ("לקוח,עיר", "יוסף כהן,ירושלים", "שרה לוי,חיפה"),
    "Arabic": ("عميل,مدينة", "محمد أحمد,القاهرة", "فاطمة,دبي"),
    "Thai": ("ลูกค้า,เมือง", "สมชาย ใจดี,กรุงเทพ", "มาลี,เชียงใหม่"),
    "Japanese": ("顧客,商品", "山田太郎,コーヒーメーカー", "佐藤花子,とても良い電気ケトル"),
    "Chinese": ("客户,商品", "王小明,咖啡机", "李华,电热水壶"),
    "Taiwanese": ("客戶,商品", "王小明,咖啡機", "李華,電熱水壺"),
    "Korean": ("고객,상품", "김철수,커피머신", "이영희,전기포트"),
}
WRITTEN = [
    *((one, "cp1252") for one in ("German", "French", "Spanish", "Portuguese", "Italian", "Swedish")),
    *((one, "mac_roman") for one in ("German", "French", "Spanish", "Portuguese")),
    *((one, "cp850") for one in ("German", "French")),
    *((one, "cp1250") for one in ("Polish", "Czech", "Hungarian")),
    ("Polish", "iso8859-2"), ("Turkish", "cp1254"), ("Russian", "cp1251"), ("Russian", "koi8-r"), ("Russian", "cp866"),
    ("Greek", "cp1253"), ("Hebrew", "cp1255"), ("Arabic", "cp1256"), ("Thai", "cp874"), ("Japanese", "shift_jis"),
    ("Japanese", "euc_jp"), ("Chinese", "gb18030"), ("Taiwanese", "big5"), ("Korean", "euc_kr"),
]  # fmt: skip


def table(language: str) -> str:
    head, *rows = TEXTS[language]
    return "day," + head + "\r\n" + "".join(f"2024-01-0{n + 1},{row}\r\n" for n, row in enumerate(rows * 2))


def told(raw: bytes) -> str:
    seen = scan_chunks([raw])
    return encoding_of(raw, None if seen.is_utf8 else seen.odd, None, "x.csv")


@pytest.mark.parametrize(("language", "encoding"), WRITTEN)
def test_old_encodings_are_told_by_the_words_that_they_make(language: str, encoding: str) -> None:
    raw = table(language).encode(encoding)
    assert raw.decode(told(raw)) == table(language)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_texts_without_a_mark_are_told_in_any_language(language: str, encoding: str) -> None:
    raw = table(language).encode(encoding)
    assert told(raw) == encoding


@pytest.mark.parametrize("language", TEXTS)
def test_utf8_is_utf8_with_or_without_a_mark(language: str) -> None:
    assert told(table(language).encode()) == "utf-8"
    assert told(table(language).encode("utf-8-sig")) == "utf-8-sig"
    assert told(table(language).encode("utf-16")) == "utf-16"


def test_a_sign_of_money_tells_two_western_encodings_apart() -> None:
    text = "day,price\n2024-01-01,12 €\n2024-01-02,für 15 €\n"
    for encoding in ("cp1252", "iso8859-15"):
        raw = text.encode(encoding)
        assert raw.decode(told(raw)) == text


def test_zeros_in_a_plain_text_do_not_make_it_wide() -> None:
    assert told(b"day,note\n2024-01-01,a\0b\n2024-01-02,c\n" * 20) == "utf-8"


def test_bytes_of_no_language_have_some_encoding_that_reads_them() -> None:
    for raw in (bytes(range(128, 256)) * 50, b"\xff" * 5_000, b"\x81\x8d\x8f\x90\x9d\n" * 100):
        raw.decode(told(raw), "replace")
