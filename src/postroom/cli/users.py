"""postroom createadmin, postroom user: who may sign in."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, bring_up_to_date, start_without_tables, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.secret_input import password_option, read_password, refuse_weak

if TYPE_CHECKING:
    from postroom.team.models import Profile, Role, User


@click.command("createadmin")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", default="", help="The name that colleagues see.")
@password_option
def createadmin_command(email: str, name: str, password_stdin: bool) -> None:
    """Create an administrator. Running it again for the same address changes nothing."""
    create_user(email, name, is_administrator=True, from_stdin=password_stdin)


@click.group("user")
def user_command() -> None:
    """Users: invite, add, list, set a password, deactivate."""


@user_command.command("add")
@click.argument("email")
@click.option("--name", default="", help="The name that colleagues see.")
@click.option("--administrator", is_flag=True, help="May manage users and see every account.")
@password_option
def add(email: str, name: str, administrator: bool, password_stdin: bool) -> None:
    """Add a user who signs in with EMAIL."""
    create_user(email, name, is_administrator=administrator, from_stdin=password_stdin)


@user_command.command("invite")
@click.argument("email")
@click.option("--name", default="", help="The name that colleagues see.")
@click.option("--profile", default="", help="The name of a profile, or “administrator”.")
@click.option("--role", default="", help="The name of a role.")
@with_django
def invite_user(email: str, name: str, profile: str, role: str) -> None:
    """Invite EMAIL by a link that works once, within 7 days; printed where it cannot be sent."""
    from django.utils import timezone

    from postroom.outbox.at_once import NotSent
    from postroom.outbox.invitations import link_of, send_invitation
    from postroom.team.invites import Guest, invite

    address = checked_address(email)
    found = find_profile(profile) if profile else None
    guest = Guest(
        email=address,
        name=name or address.split("@")[0],
        profile=None if found is None or found.is_default else found,
        role=find_role(role),
        is_administrator=bool(profile) and found is None,
    )
    made, token = invite(guest, None, timezone.now())
    try:
        send_invitation(made, token, timezone.now())
    except NotSent as failure:
        click.echo(f"No email was sent. {failure.sentence}", err=True)
        click.echo(link_of(token))
    else:
        click.echo(f"The invitation went to {address}.")


@user_command.command("forget-factors")
@click.argument("email")
@with_django
def forget_factors(email: str) -> None:
    """Take the second factors and passkeys from EMAIL, who lost them."""
    from django.utils import timezone

    from postroom.team.second_factors import remove_factors

    user = get_user(email)
    number = remove_factors(user, None, timezone.now())
    click.echo(f"{user.email} had {number}; the password alone signs in now.")


@user_command.command("list")
@json_option
@with_django
def list_users(as_json: bool) -> None:
    """List all users."""
    from postroom.team.models import User
    from postroom.team.users import profile_name_of

    rows = [
        {
            "email": user.email,
            "name": user.name,
            "profile": profile_name_of(user),
            "administrator": user.is_administrator,
            "active": user.is_active,
        }
        for user in User.objects.select_related("profile")
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("email", "name", "profile", "active")
        print_table(columns, [[row[name] for name in columns] for row in rows])


@user_command.command("password")
@click.argument("email")
@password_option
@with_django
def set_password(email: str, password_stdin: bool) -> None:
    """Set a new password for EMAIL; whoever is signed in as them is signed out."""
    from django.utils import timezone

    from postroom.team.audit import note
    from postroom.team.models import Act
    from postroom.team.sessions import end_access

    user = get_user(email)
    password = read_password("New password", from_stdin=password_stdin)
    refuse_weak(password)
    user.set_password(password)
    user.save(update_fields=["password"])
    end_access(user)
    note(Act.PASSWORD_SET, None, user.email, timezone.now())
    click.echo(f"{user.email} signs in with the new password now.")


@user_command.command("profile")
@click.argument("email")
@click.argument("profile")
@with_django
def give(email: str, profile: str) -> None:
    """Give EMAIL another PROFILE: the name of one, or “administrator”."""
    from django.utils import timezone

    from postroom.team.users import ADMINISTRATOR, give_profile

    user, found = get_user(email), find_profile(profile)
    give_profile(user, found, None, timezone.now())
    click.echo(f"{user.email} has the profile {found or ADMINISTRATOR} now.")


@user_command.command("deactivate")
@click.argument("email")
@with_django
def deactivate(email: str) -> None:
    """End the access of EMAIL at once. Their mailbox and its mail stay."""
    user = get_user(email)
    change_access(user, is_active=False)
    click.echo(f"{user.email} cannot sign in any more and sees nothing.")


@user_command.command("activate")
@click.argument("email")
@with_django
def activate(email: str) -> None:
    """Let EMAIL sign in again."""
    user = get_user(email)
    change_access(user, is_active=True)
    click.echo(f"{user.email} can sign in again.")


def change_access(user: "User", *, is_active: bool) -> None:
    """Let a user in, or out."""
    from django.utils import timezone

    from postroom.team.users import set_active

    set_active(user, None, timezone.now(), is_active=is_active)


def create_user(email: str, name: str, *, is_administrator: bool, from_stdin: bool) -> None:
    """Create a user; an address or a password that will not do makes no tables first."""
    start_without_tables(click.get_current_context())
    address = checked_address(email)
    password = read_password("Password", from_stdin=from_stdin)
    refuse_weak(password, has_tables=False)
    bring_up_to_date()
    add_user(address, password, name, is_administrator=is_administrator)


def add_user(address: str, password: str, name: str, *, is_administrator: bool) -> None:
    """Let somebody sign in who could not yet."""
    from django.utils import timezone

    from postroom.team.audit import note
    from postroom.team.models import Act, User

    if User.objects.filter(email=address).exists():
        click.echo(f"{address} exists already; nothing was changed.")
        return
    refuse_weak(password)
    user = User.objects.create_user(
        address, password, name=name or address.split("@")[0], is_administrator=is_administrator
    )
    note(Act.USER_ADDED, None, user.email, timezone.now())
    click.echo(f"{address} can sign in now.")


def checked_address(email: str) -> str:
    """The address as it is kept. Raises Failed."""
    from postroom.mime import canonical_address

    address = canonical_address(email)
    if not address:
        raise Failed(f"“{email}” is not an email address. Write it like name@example.com.")
    return address


def find_profile(name: str) -> "Profile | None":
    """The profile of that name; None for the administrator's. Raises Failed."""
    from postroom.team.models import Profile
    from postroom.team.users import ADMINISTRATOR

    if name.casefold() == ADMINISTRATOR.casefold():
        return None
    Profile.default()
    found = Profile.objects.filter(name__iexact=name).first()
    if found is None:
        names = ", ".join([ADMINISTRATOR, *Profile.objects.values_list("name", flat=True)])
        raise Failed(f"There is no profile “{name}”. There are: {names}.")
    return found


def find_role(name: str) -> "Role | None":
    """The role of that name, or none when none is named. Raises Failed."""
    from postroom.team.models import Role

    found = Role.objects.filter(name__iexact=name).first()
    if name and found is None:
        names = ", ".join(Role.objects.values_list("name", flat=True)) or "none yet"
        raise Failed(f"There is no role “{name}”. There are: {names}.")
    return found
