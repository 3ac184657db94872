"""The structure and the decoded parts of the mime4j corpus, as its own reader sees them."""

from pathlib import PurePosixPath
from xml.etree import ElementTree

from mime.corpora import corpus
from postroom.mime.structure import Part, find_structure

Tree = list["Tree"] | str | bytes

EXPLAINED = {
    "frag.msg": "base64 cut within a quantum: we keep the two bytes that are whole",
    "multi-frag.msg": "text behind the base64 of a part: mime4j decodes it, we cut it off",
    "malformedHeaderStartsBody-nocrlfcrlf.msg": "a junk line ends the header in mime4j's other "
    "mode; IMAP servers end it at the empty line, and so do we (its twin in the usual mode passes)",
    "malformedHeaderStartsBody-noheader.msg": "the same; the reader of whole messages shows such "
    "a text whole, where mime4j loses its first line",
}


def test_it_finds_the_same_parts_with_the_same_content_as_mime4j() -> None:
    files = corpus("mime4j")
    messages = [name for name in files if name.endswith(".msg")]
    different = [name for name in messages if not _is_equal(name, files)]
    print(f"mime4j: {len(messages)} messages, {len(messages) - len(different)} equal")
    assert len(messages) == 80
    assert {PurePosixPath(name).name for name in different} == set(EXPLAINED)


def _is_equal(name: str, files: dict[str, bytes]) -> bool:
    folder = PurePosixPath(name).parent
    document = ElementTree.fromstring(files[name[: -len(".msg")] + "_decoded.xml"])
    return _expected(document, folder, files) == _seen(find_structure(files[name])[0])


def _expected(node: ElementTree.Element, folder: PurePosixPath, files: dict[str, bytes]) -> Tree:
    for child in node:
        if child.tag == "multipart":
            parts = [_expected(part, folder, files) for part in child if part.tag == "body-part"]
            return ["multipart", *parts]
        if child.tag == "message":
            return ["message", _expected(child, folder, files)]
        if child.tag in ("text-body", "binary-body"):
            return _lines(files[str(folder / child.attrib["name"])])
    return b""


def _seen(part: Part) -> Tree:
    if part.media_type.startswith("multipart/"):
        return ["multipart", *map(_seen, part.children)]
    if part.children:
        return ["message", _seen(part.children[0])]
    return _lines(part.content())


def _lines(content: bytes) -> bytes:
    """The corpus came through a checkout: line ends, and those at the very end, differ."""
    return content.replace(b"\r\n", b"\n").rstrip(b"\n")
