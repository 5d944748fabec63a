import email
from email import policy

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.mail_fate import (
    MailFate,
    classify_sender,
    decode_header,
    find_wrong_labels,
    get_lost_text,
    mend,
    read_headers,
    relabel,
    remember_headers,
)


def parse(raw):
    return email.message_from_bytes(raw, policy=policy.SMTP)


def mend_parts(message):
    for part, content_type, charset in find_wrong_labels(message):
        relabel(part, content_type, charset)


@tagged("post_install", "-at_install")
class TestMailFate(BaseCase):
    """Headers are read and mended without a database, whatever the bytes."""

    def assertSender(self, kind, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.assertEqual(classify_sender(headers), kind, headers)

    # === WHO WROTE === #

    def test_mail_without_such_headers_is_of_a_person(self):
        self.assertSender("human")

    def test_auto_submitted_no_is_of_a_person(self):
        self.assertSender("human", Auto_Submitted="no")
        self.assertSender("human", Auto_Submitted=" No (sent by hand)")

    def test_auto_replied_is_an_answer(self):
        self.assertSender("answer", Auto_Submitted="auto-replied")
        self.assertSender("answer", Auto_Submitted="Auto-Replied; vacation")
        self.assertSender("answer", Auto_Submitted="auto-replied (out of office)")

    def test_other_auto_submitted_is_a_report(self):
        self.assertSender("report", Auto_Submitted="auto-generated")
        self.assertSender(
            "report", Auto_Submitted="auto-notified; owner-email=x@y.example"
        )

    def test_headers_of_autoresponders_are_an_answer(self):
        self.assertSender("answer", X_Autoreply="yes")
        self.assertSender("answer", X_Autorespond="Away until Monday")
        self.assertSender("answer", X_Autoresponder="1")
        self.assertSender("human", X_Autoreply="no")

    def test_precedence_of_robots_is_an_answer(self):
        self.assertSender("answer", Precedence="auto_reply")
        self.assertSender("answer", Precedence="junk")

    def test_bulk_and_lists_are_reports_since_support_may_be_a_group(self):
        self.assertSender("report", Precedence="bulk")
        self.assertSender("report", Precedence="list", List_Id="<support.acme.example>")
        self.assertSender("report", List_Unsubscribe="<https://news.example.com/out>")

    def test_sender_who_wants_no_answers_is_a_report(self):
        self.assertSender("report", X_Auto_Response_Suppress="All")
        self.assertSender("human", X_Auto_Response_Suppress="None")

    def test_empty_return_path_is_a_report(self):
        self.assertSender("report", Return_Path="<>")
        self.assertSender("human", Return_Path="<casey@acme.example.com>")

    # === READING HEADERS === #

    def test_headers_are_decoded(self):
        headers = read_headers(
            b"From: =?utf-8?q?Ren=C3=A9e?= <renee@acme.example.com>\r\n"
            b"To: help@msp.example.com\r\nCc: boss@acme.example.com\r\n"
            b"Subject: =?iso-8859-1?q?Caf=E9?=\r\n"
            b"Message-ID: <1@acme.example.com>\r\n\r\nSubject: not this one\r\n"
        )
        self.assertEqual(
            headers,
            {
                "from": "Renée <renee@acme.example.com>",
                "to": "help@msp.example.com, boss@acme.example.com",
                "subject": "Café",
                "message_id": "<1@acme.example.com>",
                "references": "",
            },
        )

    def test_headers_in_raw_bytes_are_guessed(self):
        self.assertEqual(read_headers("Subject: Café".encode())["subject"], "Café")
        self.assertEqual(
            read_headers("Subject: Café".encode("cp1252"))["subject"], "Café"
        )

    def test_broken_encoded_words_are_shown_as_written(self):
        cut = "=?utf-8?b?YWJjZ?="
        self.assertEqual(decode_header(cut), cut)
        unknown = "=?no-such-charset?q?a=E9?="
        self.assertEqual(decode_header(unknown), unknown)

    def test_empty_mail_has_empty_headers(self):
        self.assertEqual(set(read_headers(b"").values()), {""})

    @given(st.binary(max_size=400))
    def test_any_bytes_have_headers_fit_for_the_database(self, raw):
        for text in read_headers(raw).values():
            text.encode("utf-8")
            self.assertNotIn("\x00", text)
            self.assertNotIn("\n", text)

    # === MENDING === #

    def test_sound_mail_is_left_alone(self):
        raw = (
            b"Message-Id: <1@x.example>\r\nSubject: =?utf-8?q?=C3=A9?=\r\n\r\n\x00\xe9"
        )
        self.assertIs(mend(raw), raw)

    def test_missing_message_id_is_made_from_the_mail(self):
        raw = b"Subject: Hi\r\n\r\nBody\r\n"
        first, again = parse(mend(raw)), parse(mend(raw))
        other = parse(mend(raw + b"More"))
        self.assertRegex(
            first["Message-Id"], r"^<[0-9a-f]{32}@no-message-id\.invalid>$"
        )
        self.assertEqual(first["Message-Id"], again["Message-Id"])
        self.assertNotEqual(first["Message-Id"], other["Message-Id"])
        self.assertEqual(first["Subject"], "Hi")
        self.assertEqual(first.get_content(), "Body\r\n")

    def test_headers_become_utf8_and_bodies_stay(self):
        raw = b"Message-Id: <1@x.example>\nSubject: Caf\xe9\x00\n\n\xe9\x00"
        self.assertEqual(
            mend(raw), b"Message-Id: <1@x.example>\nSubject: Caf\xc3\xa9\n\n\xe9\x00"
        )

    @given(st.binary(max_size=400))
    def test_any_bytes_can_be_mended_and_parsed(self, raw):
        message = parse(mend(raw))
        mend_parts(message)
        self.assertTrue(str(message.get("Message-Id")).strip())

    def test_wrong_charsets_are_replaced_by_one_that_fits(self):
        for label, data, expected in (
            ("utf-8", "Café".encode("cp1252"), "Café"),
            ("us-ascii", "Café".encode(), "Café"),
            ("x-unknown", "Café".encode(), "Café"),
            ("iso-8859-1", "Café".encode("latin-1"), "Café"),
            ("shift_jis", "日本".encode("shift_jis"), "日本"),
        ):
            message = parse(
                f"Content-Type: text/plain; charset={label}\r\n"
                "Content-Transfer-Encoding: 8bit\r\n\r\n".encode()
                + data
            )
            mend_parts(message)
            self.assertEqual(message.get_content().strip(), expected, label)

    def test_headers_of_a_mail_are_understood_once(self):
        message = parse(
            b'Content-Type: multipart/mixed; boundary="b"\r\nSubject: Hi\r\n\r\n'
            b"--b\r\nContent-Type: text/plain\r\n\r\nHelp\r\n--b--\r\n"
        )
        self.assertIsNot(message["Subject"], message["Subject"])
        remember_headers(message)
        for part in message.walk():
            self.assertIs(part["Content-Type"], part["Content-Type"])
        message.replace_header("Subject", "Ho")
        self.assertEqual(message["Subject"], "Ho")

    @given(st.binary(max_size=400))
    def test_any_mail_says_the_same_when_its_headers_are_remembered(self, raw):
        message, other = parse(mend(raw)), parse(mend(raw))
        remember_headers(other)
        self.assertEqual(str(other.get("Subject")), str(message.get("Subject")))
        self.assertEqual(other.get_content_type(), message.get_content_type())
        self.assertEqual(other.as_bytes(), message.as_bytes())

    def test_part_of_unknown_kind_becomes_a_file(self):
        message = parse(
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
            b'Content-Type: font/ttf; name="a.ttf"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"
        )
        mend_parts(message)
        part = message.get_payload(0)
        self.assertEqual(part.get_content(), b"\x00\x01\x02")
        self.assertEqual(part.get_filename(), "a.ttf")

    def test_text_of_a_mail_whose_parts_cannot_be_told_apart_is_found(self):
        message = parse(
            b"Content-Type: multipart/mixed\r\n\r\nHelp, caf\xe9 is cold\r\n"
        )
        self.assertEqual(get_lost_text(message).strip(), "Help, café is cold")

    # === THE LAST WORD === #

    def test_last_word_on_a_mail_counts(self):
        fate = MailFate(7)
        fate.settle("ignored", "A rule")
        fate.settle("ticket")
        self.assertEqual((fate.state, fate.detail), ("ticket", "A rule"))
