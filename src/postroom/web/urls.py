"""The pages. A verb that is not a page is a noun to POST to: a lead's `conversion`."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from postroom.crm.models import Stage
from postroom.web import health
from postroom.web.account import elsewhere, forgotten, joining, security
from postroom.web.cleanup import views as cleanup
from postroom.web.companies import views as companies
from postroom.web.connecting import (
    changing,
    preparation,
    reconnection,
    signing_in,
    signing_in_by_code,
)
from postroom.web.connecting import views as connecting
from postroom.web.connecting.catalogue import ProtocolWord
from postroom.web.deals import board, pipeline
from postroom.web.deals import views as deals
from postroom.web.decisions import asking, granting, requests, sharing
from postroom.web.diary import agenda, removing
from postroom.web.diary import notes as diary_notes
from postroom.web.diary import tasks as diary_tasks
from postroom.web.diary.records import RecordKind
from postroom.web.email_configuration import choosing, notices, overview
from postroom.web.email_configuration import issuers as services
from postroom.web.email_templates import views as templates
from postroom.web.emails import (
    actions,
    beside,
    customer,
    dealing,
    downloads,
    frames,
    outgoing,
    pictures,
    previews,
    source,
    together,
    unsubscribing,
    watching,
)
from postroom.web.emails import views as emails
from postroom.web.erasure import views as erasure
from postroom.web.export import views as export
from postroom.web.inbox import acting as inbox_acting
from postroom.web.inbox import awaiting, labels
from postroom.web.inbox import own as inbox_own
from postroom.web.inbox import team as inbox_team
from postroom.web.inbox import views as inbox
from postroom.web.intake import views as intake
from postroom.web.live import views as live
from postroom.web.long_work import views as long_work
from postroom.web.mail_rules import views as mail_rules
from postroom.web.mailbox import handing_over, keeping, leaving, members, senders, upkeep, window
from postroom.web.mailbox import views as mailbox
from postroom.web.noticing import views as noticing
from postroom.web.people import shares
from postroom.web.people import views as people
from postroom.web.row_ids import RowId
from postroom.web.searching import views as searching
from postroom.web.sharing import exclusions, rules, superiors
from postroom.web.team import (
    audit,
    audit_export,
    door,
    invites,
    passwords,
    profiles,
    roles,
    tasks_left,
    users,
    view_as,
)
from postroom.web.webhooks import views as webhooks
from postroom.web.writing import later, pieces, sent
from postroom.web.writing import views as writing
from postroom.web.you import api_keys, composing, news

register_converter(RowId, "id")
register_converter(ProtocolWord, "protocol")
register_converter(RecordKind, "record")

CONFIGURATION = "setup/channels/email/"
FROM = CONFIGURATION + "<id:pk>/from/"
CODE = CONFIGURATION + "sign-in/code/"
CLEANUP = CONFIGURATION + "cleanup/"
SHARING = CONFIGURATION + "sharing/"
SERVICE = CONFIGURATION + "sign-in-services/<slug:issuer>/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="leads"), name="home"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("o/<str:token>.gif", noticing.image, name="notice-image"),
    path("c/<str:token>", noticing.link, name="notice-link"),
    path("n/<str:token>", noticing.refusal, name="notice-refusal"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/columns/", inbox.columns, name="inbox-columns"),
    path("inbox/counts/", inbox.counts, name="inbox-counts"),
    path("inbox/actions/", inbox_acting.actions, name="inbox-actions"),
    path("inbox/awaiting/", awaiting.awaiting, name="awaiting"),
    path("inbox/own/", inbox_own.own_columns, name="own-columns"),
    path("inbox/own/new/", inbox_own.new, name="new-own-column"),
    path("inbox/own/<id:pk>/", inbox_own.own_column, name="own-column"),
    path("inbox/own/<id:pk>/place/", inbox_own.place, name="own-column-place"),
    path("inbox/own/<id:pk>/removal/", inbox_own.removal, name="own-column-removal"),
    path("inbox/labels/", labels.labels, name="labels"),
    path("inbox/labels/<id:pk>/", labels.label, name="label"),
    path("inbox/labels/<id:pk>/removal/", labels.removal, name="label-removal"),
    path("inbox/live/", live.inbox, name="inbox-live"),
    path("inbox/notices/live/", live.notices, name="notices-live"),
    path("inbox/team/", inbox_team.team, name="inbox-team"),
    path("inbox/switch/", inbox.switch, name="inbox-switch"),
    path("leads/", people.people, {"stage": Stage.LEAD}, name="leads"),
    path("contacts/", people.people, {"stage": Stage.CONTACT}, name="contacts"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="new-person"),
    path("people/<id:pk>/", emails.person, name="person"),
    path("people/<id:pk>/edit/", people.edit, name="edit-person"),
    path("people/<id:pk>/conversion/", people.conversion, name="conversion"),
    path("people/<id:pk>/shares/<id:account>/", shares.share, name="share"),
    path("people/<id:pk>/shares/<id:account>/end/", shares.end, name="share-end"),
    path("people/<id:pk>/shares/<id:account>/addresses/", shares.address, name="share-address"),
    path("people/<id:pk>/known/", erasure.known, name="known"),
    path("people/<id:pk>/erasure/", erasure.erasure, name="erasure"),
    path("work/<uuid:key>/", long_work.progress, name="long-work"),
    path("people/<id:pk>/import/", intake.person, name="person-import"),
    path("people/<id:pk>/export/", export.person, name="person-export"),
    path("people/<id:pk>/figures/", emails.person_figures, name="person-figures"),
    path("people/<id:pk>/live/", live.person, name="person-live"),
    path("people/<id:pk>/outgoing/", outgoing.of_person, name="person-outgoing"),
    path("deals/", deals.deals, name="deals"),
    path("deals/board/", board.board, name="board"),
    path("deals/new/", deals.new, name="new-deal"),
    path("deals/<id:pk>/", deals.deal, name="deal"),
    path("deals/<id:pk>/figures/", deals.deal_figures, name="deal-figures"),
    path("deals/<id:pk>/live/", live.deal, name="deal-live"),
    path("deals/<id:pk>/outgoing/", outgoing.of_deal, name="deal-outgoing"),
    path("deals/<id:pk>/edit/", deals.edit, name="edit-deal"),
    path("deals/<id:pk>/stage/", board.stage, name="deal-stage"),
    path("deals/<id:pk>/removal/", deals.removal, name="deal-removal"),
    path("companies/", companies.companies, name="companies"),
    path("companies/<id:pk>/", companies.company, name="company"),
    path("companies/<id:pk>/figures/", companies.company_figures, name="company-figures"),
    path("companies/<id:pk>/live/", live.company, name="company-live"),
    path("companies/<id:pk>/outgoing/", outgoing.of_company, name="company-outgoing"),
    path("companies/<id:pk>/edit/", companies.edit, name="edit-company"),
    path("<record:kind>/<id:pk>/notes/", diary_notes.notes, name="notes"),
    path("<record:kind>/<id:pk>/tasks/", diary_tasks.of_record, name="record-tasks"),
    path("notes/<id:pk>/", diary_notes.note, name="note"),
    path("notes/<id:pk>/removal/", diary_notes.removal, name="note-removal"),
    path("tasks/", agenda.tasks, name="tasks"),
    path("tasks/colleagues/", diary_tasks.colleagues, name="task-colleagues"),
    path("tasks/<id:pk>/", diary_tasks.task, name="task"),
    path("tasks/<id:pk>/done/", diary_tasks.done, name="task-done"),
    path("tasks/<id:pk>/removal/", diary_tasks.removal, name="task-removal"),
    path("removed/", removing.bring_back, name="bring-back"),
    path("writing/", sent.writings, name="writings"),
    path("writing/live/", live.outgoing, name="writings-live"),
    path("writing/new/", writing.new, name="write"),
    path("writing/people/", writing.people, name="writing-people"),
    path("writing/new/below/", pieces.new_below, name="new-writing-below"),
    path("writing/<uuid:key>/", writing.writing, name="writing"),
    path("writing/<uuid:key>/below/", pieces.below, name="writing-below"),
    path("writing/<uuid:key>/body/", pieces.body, name="writing-body"),
    path("writing/<uuid:key>/images/", pieces.images, name="writing-images"),
    path("writing/<uuid:key>/images/<id:pk>/", pieces.image, name="writing-image"),
    path("writing/<uuid:key>/state/", sent.state, name="writing-state"),
    path("writing/<uuid:key>/moment/", later.another_moment, name="writing-moment"),
    path("writing/<uuid:key>/decision/", sent.decision, name="writing-decision"),
    path("rules/", mail_rules.rules, name="mail-rules"),
    path("rules/new/", mail_rules.new, name="new-mail-rule"),
    path("rules/<id:pk>/", mail_rules.rule, name="mail-rule"),
    path("rules/<id:pk>/log/", mail_rules.log, name="mail-rule-log"),
    path("rules/<id:pk>/place/", mail_rules.place, name="mail-rule-place"),
    path("rules/<id:pk>/removal/", mail_rules.removal, name="mail-rule-removal"),
    path("templates/", templates.email_templates, name="email-templates"),
    path("templates/new/", templates.new, name="new-email-template"),
    path("templates/<id:pk>/", templates.email_template, name="email-template"),
    path("templates/<id:pk>/filled/", templates.filled_in, name="email-template-filled"),
    path("templates/<id:pk>/removal/", templates.removal, name="email-template-removal"),
    path("you/webhooks/", webhooks.webhooks, name="webhooks"),
    path("you/webhooks/<id:pk>/", webhooks.webhook, name="webhook"),
    path("you/webhooks/<id:pk>/test/", webhooks.test, name="webhook-test"),
    path("you/webhooks/<id:pk>/resumption/", webhooks.resumption, name="webhook-resumption"),
    path("you/webhooks/<id:pk>/removal/", webhooks.removal, name="webhook-removal"),
    path("search/", searching.search, name="search"),
    path("search/suggestions/", searching.suggestions, name="search-suggestions"),
    path("search/saved/", searching.save, name="saved-searches"),
    path("search/saved/<id:pk>/removal/", searching.removal, name="saved-search-removal"),
    path("emails/<id:pk>/", emails.email, name="email"),
    path("emails/<id:pk>/message/", emails.message, name="email-message"),
    path("emails/<id:pk>/body/", frames.body, name="email-body"),
    path("emails/<id:pk>/print/", frames.print_view, name="email-print"),
    path("emails/<id:pk>/headers/", source.headers, name="email-headers"),
    path("emails/<id:pk>/images/", pictures.images, name="email-images"),
    path(
        "emails/<id:pk>/unsubscription/",
        unsubscribing.unsubscription,
        name="email-unsubscription",
    ),
    path("emails/<id:pk>/actions/", actions.actions, name="email-actions"),
    path("emails/<id:pk>/team/", together.team, name="email-team"),
    path("emails/<id:pk>/assignment/", together.assignment, name="email-assignment"),
    path("emails/<id:pk>/comments/", together.comments, name="email-comments"),
    path(
        "emails/<id:pk>/comments/<id:comment>/removal/",
        together.comment_removal,
        name="comment-removal",
    ),
    path("emails/<id:pk>/presence/", together.presence, name="email-presence"),
    path("emails/<id:pk>/watch/", watching.watch, name="email-watch"),
    path("emails/<id:pk>/sender/", customer.sender, name="email-sender"),
    path("emails/<id:pk>/customers/<id:person>/", beside.additions, name="email-additions"),
    path("emails/<id:pk>/deal/", dealing.deal, name="email-deal"),
    path("emails/<id:pk>/sharing/", sharing.sharing, name="email-sharing"),
    path("emails/<id:pk>/grants/", granting.grants, name="email-grants"),
    path("emails/<id:pk>/grants/<id:grant>/end/", granting.end, name="grant-end"),
    path("emails/<id:pk>/access/", asking.access, name="email-access"),
    path("emails/<id:pk>/request/", asking.request_access, name="email-request"),
    path("emails/<id:pk>/export/", export.thread, name="thread-export"),
    path("emails/<id:pk>/live/", live.email, name="email-live"),
    path("emails/<id:pk>/attachments/", downloads.attachments, name="attachments"),
    path("emails/<id:pk>/attachments/<str:part>/preview/", previews.preview, name="preview"),
    path("emails/<id:pk>/attachments/<str:part>/", downloads.attachment, name="attachment"),
    path("emails/<id:pk>/source/", downloads.source, name="email-source"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<id:pk>/", requests.answer, name="request"),
    path("you/api-keys/", api_keys.api_keys, name="api-keys"),
    path("you/api-keys/<id:pk>/revocation/", api_keys.revocation, name="api-key-revocation"),
    path("you/news/", news.news, name="news"),
    path("digest/<str:mark>/", news.digest_end, name="digest-end"),
    path("you/writing/", composing.compose_settings, name="compose-settings"),
    path("you/exclusions/", exclusions.own, name="own-exclusions"),
    path("you/exclusions/<id:pk>/removal/", exclusions.own_removal, name="own-exclusion-removal"),
    path("join/", joining.join, name="join"),
    path("join/password/", joining.password, name="join-password"),
    path("password/forgotten/", forgotten.forgotten, name="forgotten-password"),
    path("password/link/", forgotten.link, name="password-link"),
    path("password/new/", forgotten.new, name="new-password"),
    path("sign-in/elsewhere/", elsewhere.start, name="elsewhere-start"),
    path("sign-in/elsewhere/return/", elsewhere.callback, name="elsewhere-return"),
    path("you/security/", security.security, name="security"),
    path("you/sessions/", security.others, name="other-sessions"),
    path("you/sessions/<id:pk>/", security.session, name="session"),
    path("setup/", RedirectView.as_view(pattern_name="email-configuration"), name="setup"),
    path("setup/users/", users.users, name="users"),
    path("setup/users/invitations/new/", invites.new, name="new-invite"),
    path("setup/users/invitations/<id:pk>/renewal/", invites.renewal, name="invite-renewal"),
    path(
        "setup/users/invitations/<id:pk>/withdrawal/", invites.withdrawal, name="invite-withdrawal"
    ),
    path("setup/users/<id:pk>/", users.user, name="user"),
    path("setup/users/<id:pk>/view/", view_as.people, name="view-as"),
    path("setup/users/<id:pk>/view/<id:person>/", view_as.person, name="view-as-person"),
    path("setup/users/<id:pk>/view/<id:person>/<id:email>/", view_as.email, name="view-as-email"),
    path("setup/users/<id:pk>/access/", users.access, name="user-access"),
    path("setup/users/<id:pk>/tasks/", tasks_left.tasks_left, name="user-tasks"),
    path("setup/users/<id:pk>/password-link/", passwords.offer, name="password-link-offer"),
    path("setup/users/<id:pk>/sessions/end/", users.sessions_end, name="user-sessions-end"),
    path("setup/users/<id:pk>/factors/removal/", users.factors_removal, name="factors-removal"),
    path("setup/users/<id:pk>/binding/removal/", users.unbinding, name="unbinding"),
    path("setup/profiles/", profiles.profiles, name="profiles"),
    path("setup/profiles/new/", profiles.new, name="new-profile"),
    path("setup/profiles/<id:pk>/", profiles.profile, name="profile"),
    path("setup/profiles/<id:pk>/removal/", profiles.removal, name="profile-removal"),
    path("setup/sign-in/", door.rules, name="door"),
    path("setup/sign-in/provider/", door.provider, name="door-provider"),
    path("setup/sign-in/provider/test/", door.test, name="door-provider-test"),
    path("setup/sign-in/provider/removal/", door.removal, name="door-provider-removal"),
    path("setup/pipeline/", pipeline.pipeline, name="pipeline"),
    path("setup/pipeline/new/", pipeline.new, name="new-pipeline-stage"),
    path("setup/pipeline/<id:pk>/", pipeline.stage, name="pipeline-stage"),
    path("setup/pipeline/<id:pk>/place/", pipeline.place, name="pipeline-place"),
    path("setup/pipeline/<id:pk>/removal/", pipeline.removal, name="pipeline-removal"),
    path("setup/roles/", roles.roles, name="roles"),
    path("setup/roles/new/", roles.new, name="new-role"),
    path("setup/roles/<id:pk>/", roles.role, name="role"),
    path("setup/roles/<id:pk>/removal/", roles.removal, name="role-removal"),
    path("setup/erasures/", erasure.erasures, name="erasures"),
    path("setup/erasures/<id:pk>/allowance/", erasure.allowance, name="erasure-allowance"),
    path("setup/audit-log/", audit.audit_log, name="audit-log"),
    path("setup/audit-log/export/", audit_export.export, name="audit-export"),
    path("setup/audit-log/reading/", audit.reading, name="reading-log"),
    path(CONFIGURATION, choosing.accounts, name="email-configuration"),
    path(CONFIGURATION + "services/<slug:service>/", choosing.service, name="service"),
    path(CONFIGURATION + "connection/", connecting.connection, name="connection"),
    path(CONFIGURATION + "connection/test/", connecting.connection_test, name="connection-test"),
    path(CONFIGURATION + "other-mail/", choosing.other_mail, name="other-mail"),
    path(
        CONFIGURATION + "other-mail/<protocol:protocol>/",
        connecting.custom_server,
        name="custom-server",
    ),
    path(CONFIGURATION + "health/", overview.mailbox_health, name="mailbox-health"),
    path(SHARING, rules.email_sharing, name="sharing-of-all"),
    path(SHARING + "users/<id:pk>/", rules.user, name="user-sharing"),
    path(SHARING + "users/<id:pk>/lifting/", rules.user_lifting, name="user-sharing-lifting"),
    path(SHARING + "roles/<id:pk>/", rules.role, name="role-sharing"),
    path(SHARING + "roles/<id:pk>/lifting/", rules.role_lifting, name="role-sharing-lifting"),
    path(SHARING + "superiors/", superiors.superiors, name="superiors"),
    path(SHARING + "exclusions/", exclusions.organisations, name="exclusions"),
    path(
        SHARING + "exclusions/<id:pk>/removal/",
        exclusions.organisations_removal,
        name="exclusion-removal",
    ),
    path(SHARING + "own-domains/", exclusions.own_domains, name="own-domains"),
    path(CONFIGURATION + "open-notices/", notices.notices, name="open-notices"),
    path(CLEANUP, cleanup.cleanup_policy, name="cleanup-policy"),
    path(CLEANUP + "everyone/", cleanup.rule, name="cleanup-rule"),
    path(CLEANUP + "roles/<id:pk>/", cleanup.rule, name="role-cleanup"),
    path(CLEANUP + "roles/<id:pk>/lifting/", cleanup.lifting, name="role-cleanup-lifting"),
    path(CLEANUP + "counting/", cleanup.counting, name="cleanup-counting"),
    path(CLEANUP + "dry-run/", cleanup.dry_runs, name="cleanup-dry-run"),
    path(CLEANUP + "holds/", cleanup.holds, name="holds"),
    path(CLEANUP + "holds/<id:pk>/lifting/", cleanup.hold_lifting, name="hold-lifting"),
    path(CONFIGURATION + "sign-in/", signing_in.start, name="oauth-start"),
    path(CONFIGURATION + "sign-in/return/", signing_in.callback, name="oauth-callback"),
    path(CODE, signing_in_by_code.device, name="oauth-device"),
    path(CODE + "check/", signing_in_by_code.check, name="oauth-device-check"),
    path(CONFIGURATION + "sign-in-services/", services.services, name="sign-in-services"),
    path(SERVICE, services.service, name="sign-in-service"),
    path(SERVICE + "test/", services.test, name="sign-in-service-test"),
    path(SERVICE + "removal/", services.removal, name="sign-in-service-removal"),
    path(CONFIGURATION + "preparation/", preparation.preparation, name="preparation"),
    path(CONFIGURATION + "<id:pk>/", mailbox.account, name="account"),
    path(CONFIGURATION + "<id:pk>/live/", live.account, name="account-live"),
    path(CONFIGURATION + "<id:pk>/export/", export.account, name="account-export"),
    path(CONFIGURATION + "<id:pk>/sharing/", mailbox.sharing, name="sharing"),
    path(CONFIGURATION + "<id:pk>/storage/", mailbox.storage, name="storage"),
    path(CONFIGURATION + "<id:pk>/pause/", leaving.pausing, name="pause"),
    path(CONFIGURATION + "<id:pk>/deactivation/", leaving.deactivation, name="deactivation"),
    path(CONFIGURATION + "<id:pk>/removal/", leaving.removal, name="removal"),
    path(CONFIGURATION + "keeping/<str:word>/", keeping.by_link, name="keeping"),
    path(CONFIGURATION + "<id:pk>/keeping/", keeping.on_page, name="account-keeping"),
    path(CONFIGURATION + "<id:pk>/handing-over/", handing_over.handing_over, name="handing-over"),
    path(CONFIGURATION + "<id:pk>/resumption/", mailbox.resumption, name="resumption"),
    path(CONFIGURATION + "<id:pk>/reconnection/", reconnection.reconnection, name="reconnection"),
    path(CONFIGURATION + "<id:pk>/servers/", changing.servers, name="servers"),
    path(CONFIGURATION + "<id:pk>/test/", changing.account_test, name="account-test"),
    path(CONFIGURATION + "<id:pk>/budget/", reconnection.budget, name="budget"),
    path(CONFIGURATION + "<id:pk>/members/", members.members, name="members"),
    path(
        CONFIGURATION + "<id:pk>/members/<id:user>/removal/",
        members.removal,
        name="member-removal",
    ),
    path(CONFIGURATION + "<id:pk>/window/", window.window, name="window"),
    path(CONFIGURATION + "<id:pk>/sent-copies/", senders.keep_sent, name="keep-sent"),
    path(FROM + "new/", senders.new, name="new-from-address"),
    path(FROM + "<id:sender>/", senders.sender, name="from-address"),
    path(FROM + "<id:sender>/code/", senders.code, name="from-code"),
    path(FROM + "<id:sender>/verification/", senders.verification, name="from-verification"),
    path(FROM + "<id:sender>/default/", senders.default, name="from-default"),
    path(FROM + "<id:sender>/removal/", senders.removal, name="from-removal"),
    path(FROM + "<id:sender>/trial/", senders.trial, name="from-trial"),
    path(CONFIGURATION + "<id:pk>/comparison/", upkeep.comparison, name="comparison"),
    path(CONFIGURATION + "<id:pk>/folders/", upkeep.folders, name="folders"),
    path(CONFIGURATION + "<id:pk>/quarantine/", upkeep.quarantine, name="quarantine"),
    path(CONFIGURATION + "<id:pk>/quarantine/retries/", upkeep.retries, name="quarantine-retries"),
    path(CONFIGURATION + "<id:pk>/quarantine/ignored/", upkeep.ignored, name="quarantine-ignored"),
    path(CONFIGURATION + "<id:pk>/quarantine/<id:entry>/", upkeep.source, name="quarantine-source"),
    path(
        CONFIGURATION + "<id:pk>/quarantine/<id:entry>/message.eml",
        upkeep.download,
        name="quarantine-download",
    ),
]
