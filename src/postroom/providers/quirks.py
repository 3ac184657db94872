"""What services do differently: slug → what it means for us, for the documents and their readers.

A slug without a provider, or a provider's slug that is not here, is an error of the catalogue.
Code asks `"wants_id_command" in provider.quirks`, and never for a provider by name.
"""

from typing import Final

QUIRKS: Final[dict[str, str]] = {
    "calendar_folders_listed": "Calendars and contacts stand among the mail folders.",
    "closes_2027_03_31": "The service ends on 31 March 2027.",
    "data_centres": "Each data centre has its own servers; the wrong one refuses the password.",
    "drops_after_refusal": "The server hangs up after a refused sign-in.",
    "errors_in_gbk": "Refusals come as GBK bytes.",
    "first_sign_in_misleads": "The usual password may work once, and then no more.",
    "folders_hidden_by_user": "Folders that the owner hid from IMAP are not listed.",
    "host_differs_by_site": "The server's name is known to the site alone.",
    "imap_off_at_first": "IMAP is off until the owner or an administrator switches it on.",
    "labels_are_folders": "One message stands in several folders.",
    "localised_folder_names": "System folders are named in the owner's language.",
    "locks_after_heavy_use": "Heavy automated use locks the mailbox until a new password is set.",
    "long_lines_refused": "Appending lines over 10,500 characters, or a NUL, is refused.",
    "loopback_host": "The server is on this machine, so its network must be allowed.",
    "merges_sent_copies": "An appended copy is merged by Message-ID; without one it is doubled.",
    "mx_may_be_a_filter": "The MX is often a filter in front, which says nothing of the service.",
    "never_retry_sign_in": "A refused password locks out the right one too, for a while.",
    "newest_ten_thousand": "The usual host shows only some 10,000 messages a folder.",
    "no_condstore": "Changed flags are found only by fetching all flags.",
    "no_idle": "New mail is not announced; STATUS at least every 55 seconds keeps the connection.",
    "no_mail_protocols": "There is no IMAP, POP or SMTP at all.",
    "noop_shows_nothing_new": "NOOP reports no new mail; only selecting the folder again does.",
    "odd_folder_names": "System folders have names of their own, below INBOX.",
    "one_answer_for_two_causes": "A wrong password and IMAP being off get the same answer.",
    "own_certificate": "The certificate is self-signed and must be pinned.",
    "partial_fetch_unreliable": "Messages are fetched whole: parts of a body may come wrong.",
    "password_offered_but_refused": "AUTH=PLAIN is announced, and every password refused.",
    "session_ends_with_token": "A session ends with its access token, after about an hour.",
    "shared_mailbox_by_user_name": "A shared mailbox's address goes into the XOAUTH2 user field.",
    "short_idle": "IDLE is begun anew within three minutes.",
    "sign_in_by_main_address": "An alias is refused as user name; it must be the main address.",
    "smtp_auth_off_at_first": "Sending may be refused where reading works: test both.",
    "smtp_wants_full_address": "IMAP takes the part before the @, SMTP the whole address.",
    "tls_only": "STARTTLS is not to be had.",
    "uids_unordered": "FETCH answers may come out of UID order.",
    "unknown_senders_folder": "Mail from new senders lies in a folder of its own, not in INBOX.",
    "wants_id_command": "After sign-in an ID command must be sent, or folders do not open.",
    "weak_search": "SEARCH misses mail: ask for UID ranges instead.",
}
