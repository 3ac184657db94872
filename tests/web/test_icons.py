"""An icon is drawn as its set has it, whatever lines the set writes it in."""

from xml.etree import ElementTree

from postroom.web.templatetags.postroom import icon, icon_set

SVG = "{http://www.w3.org/2000/svg}"


def shapes(drawing: ElementTree.Element) -> list[tuple[str, dict[str, str]]]:
    return [(shape.tag.removeprefix(SVG), shape.attrib) for shape in drawing]


def test_every_icon_has_the_shapes_of_its_set() -> None:
    names = [file.removesuffix(".svg") for file in icon_set().namelist()]
    for name in names:
        drawn, original = ElementTree.fromstring(icon(name)), icon_set().read(f"{name}.svg")
        assert shapes(drawn) == shapes(ElementTree.fromstring(original)), name
        assert drawn.get("viewBox") == ElementTree.fromstring(original).get("viewBox"), name
    assert len(names) > 1500


def test_an_icon_says_nothing_to_screen_readers() -> None:
    drawn = ElementTree.fromstring(icon("inbox", 16))
    assert (drawn.get("width"), drawn.get("aria-hidden"), drawn.get("focusable")) == (
        "16",
        "true",
        "false",
    )
