"""HTML as newsletters and shops write it: tables in tables, inline styles, pictures from afar."""

from html import escape
from typing import Any

_RIGHT = 'align="right" style="padding:6px 0;border-bottom:1px solid #ddd"'
_LEFT = 'style="padding:6px 0;border-bottom:1px solid #ddd"'


def order_page(facts: dict[str, Any]) -> str:
    """The confirmation of an order, as a shop's machine formats it."""
    rows = "".join(
        f"<tr><td {_LEFT}>{escape(name)}</td><td {_RIGHT}>{amount}</td>"
        f"<td {_RIGHT}>£{price:.2f}</td><td {_RIGHT}>£{amount * price:.2f}</td></tr>"
        for name, amount, price in facts["lines"]
    )
    total = sum(amount * price for _, amount, price in facts["lines"])
    return f"""<html><head><style>td {{ font: 14px Arial }}</style></head>
<body bgcolor="#f4f1ea"><table width="600" align="center" cellpadding="24" bgcolor="#ffffff">
<tr><td><img src="https://img.holloway-brass.example/logo.gif" width="180" alt="Holloway Brass">
<h2 style="font-family:Georgia">Thank you for your order {escape(facts["order"])}</h2>
<table width="100%" cellspacing="0"><tr><th align="left">Article</th><th align="right">Qty</th>
<th align="right">Each</th><th align="right">Sum</th></tr>{rows}
<tr><td colspan="3" {_RIGHT}><b>Total, excl. VAT</b></td><td {_RIGHT}><b>£{total:.2f}</b></td></tr>
</table><p>We pack on the day after your order. Brass is not returned, but it is listened to.</p>
<img src="https://img.holloway-brass.example/o.gif?order={escape(facts["order"])}" width="1">
</td></tr></table></body></html>"""


def gazette_page(facts: dict[str, Any], number: int) -> str:
    """A number of the trade's newsletter, with remote pictures and a counting pixel."""
    images = "https://img.brass-gazette.example"
    return f"""<html><body style="margin:0;background:#efe9dc">
<table width="100%"><tr><td align="center"><table width="620" style="background:#fffdf8">
<tr><td style="padding:28px 36px;border-bottom:3px double #8a6d2f">
<span style="font:italic 30px Georgia">The Brass Gazette</span>
<span style="float:right;font:12px Georgia">No. {number}</span></td></tr>
<tr><td style="padding:24px 36px"><img src="{images}/{number}/cover.jpg" width="548" alt="">
<h1 style="font:26px Georgia">{escape(facts["headline"])}</h1>
<p style="font:16px/1.5 Georgia">{escape(facts["lead"])}</p>
<p><a href="https://brass-gazette.example/{number}" style="color:#8a6d2f">Read on</a></p>
<hr style="border:0;border-top:1px solid #d8cba8">
<p style="font:15px Georgia"><b>Also in this number:</b> {escape(facts["second"])}</p></td></tr>
<tr><td style="padding:16px 36px;font:11px Arial;color:#777">You receive the Gazette because you
once asked for it. <a href="https://brass-gazette.example/leave?r=maya">Leave</a>
<img src="{images}/open.gif?n={number}&amp;r=maya" width="1" height="1" alt=""></td></tr>
</table></td></tr></table></body></html>"""
