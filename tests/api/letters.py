"""A letter with everything in it that the API takes apart."""

from email.message import EmailMessage

FILE = b"%PDF-1.7 the offer, as a file"


def whole_letter(sender: str, to: str, subject: str = "Quarterly order") -> bytes:
    """Text, hostile HTML and an attachment."""
    message = EmailMessage()
    message["From"], message["To"] = f"Lena Lead <{sender}>", to
    message["Subject"], message["Date"] = subject, "Mon, 02 Mar 2026 12:00:00 +0000"
    message["Message-ID"] = "<1@customer.example>"
    message.set_content("We take twelve.\n")
    message.add_alternative(
        "<p>We take <b>twelve</b>.</p><script>alert(1)</script><img src='https://x.example/t.gif'>",
        subtype="html",
    )
    message.add_attachment(FILE, maintype="application", subtype="pdf", filename="offer.pdf")
    return message.as_bytes().replace(b"\n", b"\r\n")
