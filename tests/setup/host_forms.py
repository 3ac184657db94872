"""Sixty ways to write a host that leads where no mail server of the public internet is.

`LITERAL` ones mean an address by themselves; `NAMES` are looked up, and DNS answers with it.
"""

from typing import Final

LITERAL: Final = (
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0x7f000001",
    "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "0177.0.0.01", "127.0.0.1.", " 127.0.0.1 ",
    "0", "0.0.0.0", "0x0", "[::1]", "::1", "::", "0:0:0:0:0:0:0:1", "::1%lo", "fe80::1%eth0",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "[::ffff:10.0.0.1]", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "10.0.0.1", "0x0a000001", "167772161", "172.16.0.1", "192.168.0.1", "192.168.1", "100.64.0.1",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021",
    "127.0.0.\u00b9", "localhost", "LOCALHOST.",
)  # fmt: skip
NAMES: Final = {
    "127.0.0.1.nip.example": ("A", "127.0.0.1"),
    "10-0-0-1.sslip.example": ("A", "10.0.0.1"),
    "loopback.evil.example.": ("A", "127.0.0.1"),
    "MIXED.evil.example": ("A", "192.168.7.7"),
    "six.evil.example": ("AAAA", "::1"),
    "mapped.evil.example": ("AAAA", "::ffff:127.0.0.1"),
    "nat64.evil.example": ("AAAA", "64:ff9b::7f00:1"),
    "metadata.evil.example": ("A", "169.254.169.254"),
    "xn--e1afmkfd.evil.example": ("A", "127.0.0.1"),
    "пример.evil.example": ("A", "127.0.0.1"),
}
FORMS: Final = (*LITERAL, *NAMES)
