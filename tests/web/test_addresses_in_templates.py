"""The address of a page that has but one is looked up once, and is right wherever the site is."""

from django.template import Context, Template
from django.urls import get_script_prefix, reverse, set_script_prefix


def test_an_address_is_what_reverse_says_wherever_the_site_is() -> None:
    template, before = Template("{% url 'inbox' %}"), get_script_prefix()
    try:
        for place in ("/", "/mail/", "/"):
            set_script_prefix(place)
            assert template.render(Context()) == reverse("inbox")
    finally:
        set_script_prefix(before)


def test_an_address_that_depends_on_something_is_looked_up_each_time() -> None:
    template = Template("{% url name %} {% url 'person' pk %}{% url 'leads' as there %}{{ there }}")
    for name, pk in (("inbox", 1), ("contacts", 2)):
        expected = f"{reverse(name)} {reverse('person', args=[pk])}{reverse('leads')}"
        assert template.render(Context({"name": name, "pk": pk})) == expected
