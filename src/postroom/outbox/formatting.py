"""From formatted to plain text and back, and the images in what is formatted."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from postroom.outbox.compose_settings import compose_settings_of
from postroom.outbox.drafts import Attached, NotSendable, attach, outgoing_of
from postroom.outbox.letters import address_of, plain
from postroom.outbox.models import OutgoingEmail, OutgoingFile, OutgoingState
from postroom.outbox.quoting import text_as_html
from postroom.rendering.images import SHOWN_IMAGES
from postroom.team.models import User


@transaction.atomic
def make_plain(author: User, key: UUID, now: datetime) -> None:
    """Nothing but words, signature and quote among them; its images become attachments."""
    draft = locked_draft(author, key)
    if draft is None or not draft.is_rich:
        return
    draft.text = plain(draft, compose_settings_of(author))
    for image in draft.files.exclude(content_id=""):
        if address_of(image) in draft.html:
            draft.files.filter(pk=image.pk).update(content_id="")
    draft.is_rich, draft.html, draft.changed_at = False, "", now
    draft.save()


@transaction.atomic
def make_rich(author: User, key: UUID, now: datetime) -> None:
    """The same words, to be formatted; signature and quote are among them already."""
    draft = locked_draft(author, key)
    if draft is None or draft.is_rich:
        return
    draft.is_rich, draft.html, draft.changed_at = True, text_as_html(draft.text), now
    draft.has_signature = draft.has_quote = False
    draft.save()


@transaction.atomic
def add_image(author: User, key: UUID, file: Attached) -> OutgoingFile:
    """An image for the formatted text. Raises NotSendable."""
    draft = locked_draft(author, key)
    if draft is None:
        raise NotSendable("It is on its way already, so nothing can be added.")
    if file.media_type not in SHOWN_IMAGES:
        raise NotSendable("Only PNG, JPEG, GIF and WebP images can stand in the text. Attach it.")
    name = Attached(file.name, file.media_type, file.content, f"{uuid4().hex}@images.postroom")
    return attach(draft, name)


def locked_draft(author: User, key: UUID) -> OutgoingEmail | None:
    """The author's draft, nobody else's to change until the transaction ends."""
    drafts = outgoing_of(author).filter(key=key, state=OutgoingState.DRAFT)
    return drafts.select_for_update(of=("self",)).first()
