//! The policy printed as a matrix: a flag that changes no cell, or a cell that changes unnoticed, fails here.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::access::standing::ChatMode;
use crate::platform::ids::{BrandId, GroupId, MemberId};

const NOW: Millis = Millis(1_000_000_000);
const ME: MemberId = MemberId(Uuid::from_u128(1));
const OTHER: MemberId = MemberId(Uuid::from_u128(2));

fn standing(brand_role: BrandRole, group_role: Option<GroupRole>) -> Standing {
    Standing {
        member: ME,
        brand_role,
        state: MemberState::Active,
        group_role,
        muted_until: None,
        given_stage_role: None,
        sent_out_at: None,
    }
}

fn personas() -> Vec<(&'static str, Option<Standing>)> {
    let member = standing(BrandRole::Member, Some(GroupRole::Member));
    vec![
        ("stranger", None),
        ("removed", Some(Standing { state: MemberState::Removed, ..member })),
        ("suspended", Some(Standing { state: MemberState::Suspended, ..member })),
        ("outside", Some(standing(BrandRole::Member, None))),
        ("muted", Some(Standing { muted_until: Some(NOW.plus_ms(1)), ..member })),
        ("member", Some(member)),
        ("speaker", Some(Standing { given_stage_role: Some(StageRole::Speaker), ..member })),
        ("sent out", Some(Standing { given_stage_role: Some(StageRole::Speaker), sent_out_at: Some(NOW), ..member })),
        ("moderator", Some(standing(BrandRole::Member, Some(GroupRole::Moderator)))),
        ("host", Some(standing(BrandRole::Member, Some(GroupRole::Host)))),
        ("admin", Some(standing(BrandRole::Admin, None))),
        ("owner", Some(standing(BrandRole::Owner, None))),
    ]
}

/// Somebody else's thing, about an ordinary member, in a chat.
fn place() -> Place {
    Place {
        group: Some(GroupId(Uuid::from_u128(4))),
        channel_kind: Some(ChannelKind::Chat),
        author: Some(OTHER),
        created_at: Some(NOW),
        subject: Some(OTHER),
        subject_brand_role: Some(BrandRole::Member),
        subject_group_role: Some(GroupRole::Member),
        webinar_host: Some(OTHER),
        ..Place::in_brand(BrandId(Uuid::from_u128(3)))
    }
}

fn cell(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "yes",
        Verdict::Unseen => "·",
        Verdict::Refused(code) => code.as_str(),
    }
}

#[test]
fn the_policy_is_this_matrix() {
    let mut matrix = format!("{:20}", "");
    for (name, _) in personas() {
        write!(matrix, "{name:13}").unwrap();
    }
    for act in ActName::ALL {
        write!(matrix, "\n{:20}", format!("{act:?}")).unwrap();
        for (_, standing) in personas() {
            write!(matrix, "{:13}", cell(decide(*act, standing.as_ref(), &place(), NOW))).unwrap();
        }
    }
    let matrix = matrix.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(matrix);
}

#[test]
fn a_mute_ends_by_itself() {
    let muted = Standing { muted_until: Some(NOW), ..standing(BrandRole::Member, Some(GroupRole::Member)) };
    assert_eq!(decide(ActName::PostMessage, Some(&muted), &place(), NOW), Verdict::Allowed);
    assert_eq!(decide(ActName::PostMessage, Some(&muted), &place(), NOW.plus_ms(-1)), Verdict::Refused(Code::Muted));
}

#[test]
fn only_hosts_announce() {
    let announcements = Place { channel_kind: Some(ChannelKind::Announcements), ..place() };
    for (role, verdict) in [
        (GroupRole::Member, Verdict::Refused(Code::Forbidden)),
        (GroupRole::Moderator, Verdict::Refused(Code::Forbidden)),
        (GroupRole::Host, Verdict::Allowed),
    ] {
        let standing = standing(BrandRole::Member, Some(role));
        assert_eq!(decide(ActName::PostMessage, Some(&standing), &announcements, NOW), verdict);
    }
}

#[test]
fn nobody_in_a_group_touches_an_admin() {
    let about_admin = Place { subject_brand_role: Some(BrandRole::Admin), ..place() };
    for role in [GroupRole::Moderator, GroupRole::Host] {
        let standing = standing(BrandRole::Member, Some(role));
        for act in [ActName::Mute, ActName::RemoveFromGroup, ActName::ChangeGroupRole] {
            assert_eq!(decide(act, Some(&standing), &about_admin, NOW), Verdict::Refused(Code::Forbidden));
        }
    }
}

#[test]
fn nobody_gives_more_than_they_have() {
    for (brand_role, group_role) in [(BrandRole::Member, Some(GroupRole::Host)), (BrandRole::Admin, None)] {
        let standing = standing(brand_role, group_role);
        assert!(may_grant(&standing, brand_role, GroupRole::Host));
        assert!(!may_grant(&standing, BrandRole::Owner, GroupRole::Member));
    }
    let moderator = standing(BrandRole::Member, Some(GroupRole::Moderator));
    assert!(may_grant(&moderator, BrandRole::Member, GroupRole::Moderator));
    assert!(!may_grant(&moderator, BrandRole::Member, GroupRole::Host));
    assert!(!may_grant(&standing(BrandRole::Member, None), BrandRole::Member, GroupRole::Member));
}

#[test]
fn the_edit_window_closes() {
    let author = Standing { member: OTHER, ..standing(BrandRole::Member, Some(GroupRole::Member)) };
    let late = NOW.plus_ms(EDIT_WINDOW_HOURS * 3_600_000);
    assert_eq!(decide(ActName::EditMessage, Some(&author), &place(), late.plus_ms(-1)), Verdict::Allowed);
    assert_eq!(decide(ActName::EditMessage, Some(&author), &place(), late), Verdict::Refused(Code::EditWindowClosed));
}

#[test]
fn an_archived_group_is_read_only() {
    let archived = Place { archived_at: Some(NOW), ..place() };
    let host = standing(BrandRole::Member, Some(GroupRole::Host));
    assert_eq!(decide(ActName::PostMessage, Some(&host), &archived, NOW), Verdict::Refused(Code::Archived));
    assert_eq!(decide(ActName::DeleteMessage, Some(&host), &archived, NOW), Verdict::Allowed);
    assert_eq!(may_read(Some(&host), &archived), Verdict::Allowed);
}

#[test]
fn a_draft_is_there_for_hosts_and_for_nobody_else() {
    let draft = Place { hosts_only: true, ..place() };
    let admin = standing(BrandRole::Owner, None);
    for (standing, verdict) in [
        (standing(BrandRole::Member, Some(GroupRole::Member)), Verdict::Unseen),
        (standing(BrandRole::Owner, Some(GroupRole::Moderator)), Verdict::Unseen),
        (admin, Verdict::Unseen),
        (standing(BrandRole::Member, Some(GroupRole::Host)), Verdict::Allowed),
    ] {
        assert_eq!(may_read(Some(&standing), &draft), verdict);
        assert_eq!(decide(ActName::EditWebinar, Some(&standing), &draft, NOW), verdict);
    }
}

#[test]
fn the_host_of_a_webinar_and_admins_within_the_group_run_its_floor_and_nobody_from_outside() {
    let host = Standing { member: OTHER, ..standing(BrandRole::Member, Some(GroupRole::Member)) };
    for (who, verdict) in [
        (host, Verdict::Allowed),
        (standing(BrandRole::Admin, Some(GroupRole::Member)), Verdict::Allowed),
        (standing(BrandRole::Admin, None), Verdict::Unseen),
        (Standing { group_role: None, ..host }, Verdict::Unseen),
    ] {
        assert_eq!(decide(ActName::RunFloor, Some(&who), &place(), NOW), verdict);
    }
    assert!(!runs(&host, &Place { webinar_host: None, ..place() }), "outside webinars there is nothing to run");
}

#[test]
fn what_is_held_back_is_there_for_its_author_and_those_who_run_the_webinar() {
    let held = Place { held: true, ..place() };
    let member = standing(BrandRole::Member, Some(GroupRole::Member));
    for (who, verdict) in [
        (member, Verdict::Unseen),
        (Standing { member: OTHER, ..member }, Verdict::Allowed),
        (standing(BrandRole::Member, Some(GroupRole::Moderator)), Verdict::Allowed),
        (standing(BrandRole::Owner, None), Verdict::Unseen),
    ] {
        assert_eq!(may_read(Some(&who), &held), verdict);
        assert_eq!(decide(ActName::VoteForQuestion, Some(&who), &held, NOW), verdict);
    }
}

#[test]
fn in_a_chat_for_hosts_the_others_neither_write_nor_are_seen_writing() {
    let chat = ChatMode { hosts_only: true, slow_seconds: 0 };
    let quiet = Place { chat, channel_kind: Some(ChannelKind::Webinar), ..place() };
    for act in [ActName::PostMessage, ActName::Type] {
        let member = standing(BrandRole::Member, Some(GroupRole::Member));
        assert_eq!(decide(act, Some(&member), &quiet, NOW), Verdict::Refused(Code::HostsOnly));
        let moderator = standing(BrandRole::Member, Some(GroupRole::Moderator));
        assert_eq!(decide(act, Some(&moderator), &quiet, NOW), Verdict::Allowed);
    }
}

#[test]
fn a_slow_chat_is_slow_for_those_who_do_not_run_it() {
    let slow = Place { chat: ChatMode { hosts_only: false, slow_seconds: 30 }, ..place() };
    assert_eq!(pause_ms(&standing(BrandRole::Member, Some(GroupRole::Member)), &slow), Some(30_000));
    assert_eq!(pause_ms(&standing(BrandRole::Member, Some(GroupRole::Host)), &slow), None);
    assert_eq!(pause_ms(&standing(BrandRole::Member, Some(GroupRole::Member)), &place()), None);
}
