"""What a person is told for each meaning: what happened, why, and the one thing to do.

`{name}` is the service, `{page}` where it makes app passwords, `{enable}` how it switches IMAP on.
"""

from typing import Final, NamedTuple


class Advice(NamedTuple):
    """Why, what to do, and whether Postroom may try again before anybody has done anything."""

    cause: str
    fix: str
    tries_again: bool = False

    @property
    def sentence(self) -> str:
        """Both in one."""
        return f"{self.cause} {self.fix}"


ADVICE: Final[dict[str, Advice]] = {
    "admin_consent_needed": Advice(
        "Your organisation lets in only programs it has approved.",
        "Ask its administrator at {name} to approve Postroom.",
    ),
    "account_locked": Advice(
        "{name} has locked this account.", "Unlock it on the provider's website, then try again."
    ),
    "app_password_if_2fa": Advice(
        "{name} refused the user name or password.",
        (
            "With two-step sign-in on it wants an app password: make one under {page}. Otherwise "
            "check both for typing errors."
        ),
    ),
    "app_password_likely": Advice(
        "{name} refused the sign-in.",
        "It takes an app password only: make one under {page} and enter that.",
    ),
    "app_password_needed": Advice(
        "{name} wants an app password here, not your usual one.",
        "Make one under {page} and enter it.",
    ),
    "app_password_wrong": Advice(
        "{name} does not know this code, or it was made for POP3 only.",
        "Make a new one for IMAP under {page} and enter it.",
    ),
    "append_refused": Advice(
        "{name} did not take a copy of one message, because of how it is built.",
        "That one is left out and the rest goes on.",
    ),
    "client_id_missing": Advice(
        "{name} opens no folder to a program it does not know.",
        "Allow Postroom on the provider's website, then try again.",
    ),
    "client_secret_expired": Advice(
        "The secret that Postroom shows to {name} has expired.",
        "An administrator must make a new one there and enter it in Postroom.",
    ),
    "client_unknown": Advice(
        "{name} does not know Postroom by the client id and secret entered.",
        "An administrator must correct them.",
    ),
    "consent_missing": Advice(
        "{name} has no consent from you for reading and sending mail.",
        "Sign in again and allow both.",
    ),
    "consent_refused": Advice(
        "Access was not allowed in the sign-in window.", "Sign in again and allow it."
    ),
    "day_sending_used": Advice(
        "{name} sends no more for this mailbox today.", "Send the rest tomorrow."
    ),
    "day_traffic_used": Advice(
        "This mailbox has used up its traffic at {name} for today.",
        "Nothing to do: Postroom goes on within a day.",
        tries_again=True,
    ),
    "disconnected": Advice(
        "{name} ended the connection.", "Nothing to do: Postroom makes it again.", tries_again=True
    ),
    "grant_ended": Advice(
        "The permission that {name} gave has ended, perhaps because the password was changed.",
        "Sign in again.",
    ),
    "imap_at_this_port": Advice(
        "An IMAP server answers at this port.", "Use it for incoming mail, or correct the port."
    ),
    "imap_not_allowed": Advice(
        "{name} does not allow IMAP for this kind of account, a child's for example.",
        "Use another mailbox.",
    ),
    "imap_off": Advice("IMAP is switched off for this mailbox.", "{enable}"),
    "imap_off_by_administrator": Advice(
        "IMAP is switched off for your whole organisation.",
        "Ask its administrator at {name} to allow it.",
    ),
    "mailbox_full": Advice("The mailbox at {name} is full.", "Make room there, then try again."),
    "mailbox_not_opened": Advice(
        "{name} accepted the sign-in but did not open the mailbox.",
        "Check that IMAP is on for it and that you signed in as its owner, not with an alias.",
    ),
    "message_too_large": Advice(
        "{name} does not take a message this large.", "Send it with smaller attachments."
    ),
    "oauth_only": Advice("{name} takes no passwords any more.", "Choose {sign_in} instead."),
    "other_server_at_this_port": Advice(
        "What answers at this port is not a mail server.", "Check the server's name and the port."
    ),
    "password_expired": Advice(
        "The password has expired.", "Set a new one at {name} and enter it here."
    ),
    "pop3_at_this_port": Advice(
        "A POP3 server answers at this port.", "Choose POP, or use port 993 for IMAP."
    ),
    "pop_off": Advice(
        "POP is switched off for this mailbox.",
        "Switch it on in its settings at {name}, or use IMAP.",
    ),
    "rate_limited": Advice(
        "{name} has seen too many sign-ins and refuses even right ones for now.",
        "Wait some hours, then try once.",
    ),
    "read_only": Advice(
        "This folder at {name} may only be read.",
        "Choose another one, or ask its owner for permission to write.",
    ),
    "recipient_unknown": Advice(
        "{name} says that a recipient's address does not exist.", "Check it for typing errors."
    ),
    "redirect_not_registered": Advice(
        "{name} does not know Postroom's return address.",
        "An administrator must register it there exactly as Postroom shows it.",
    ),
    "refused_or_imap_off": Advice(
        "{name} refused the sign-in: either the password is wrong, or IMAP is switched off.",
        "{enable} Then enter the password again.",
    ),
    "scope_refused": Advice(
        "{name} does not grant access to mail to this client id.",
        "An administrator must add the mail permissions there.",
    ),
    "sender_not_allowed": Advice(
        "{name} does not let this mailbox send under that From address.",
        "Choose another one, or have it added there.",
    ),
    "session_ended": Advice(
        "{name} ended the session, as it does after a while.",
        "Nothing to do: Postroom signs in again.",
        tries_again=True,
    ),
    "sign_in_refused": Advice(
        "{name} refused the user name or password.", "Check both for typing errors."
    ),
    "smtp_at_this_port": Advice(
        "A server for sending answers at this port.", "Use 993 for incoming mail."
    ),
    "smtp_auth_off": Advice(
        "{name} lets this mailbox read but not send.",
        "Ask its administrator to switch on sending by programs (authenticated SMTP).",
    ),
    "taken_for_spam": Advice(
        "{name} refused the message as unwanted mail.",
        "Read the server's words, change the message, then send it again.",
    ),
    "temporary": Advice(
        "{name} is in trouble at the moment; your password is not the cause.",
        "Nothing to do: Postroom tries again.",
        tries_again=True,
    ),
    "throttled": Advice(
        "{name} asks us to slow down.",
        "Nothing to do: Postroom tries again later.",
        tries_again=True,
    ),
    "tls_required": Advice(
        "{name} takes a password only over an encrypted connection.", "Choose TLS or STARTTLS."
    ),
    "token_refused": Advice(
        "{name} did not accept your sign-in for this mailbox.",
        (
            "Check that IMAP and sending by programs are on for it, then sign in again with the "
            "mailbox's own account."
        ),
    ),
    "too_many_connections": Advice(
        "Too many programs are connected to this mailbox at {name}.",
        "Close some of them; Postroom tries again later.",
        tries_again=True,
    ),
    "web_sign_in_needed": Advice(
        "{name} wants to see you in a browser first.",
        "Sign in on its website, confirm that it was you, then try again.",
    ),
}
