//! The policy: one table, pure.

use super::act::ActName;
use super::roles::{BrandRole, ChannelKind, GroupRole, MemberState, StageRole};
use super::standing::{Place, Standing};
use crate::platform::clock::Millis;
use crate::platform::refusal::Code;

/// How long an author may change the text of a message.
pub const EDIT_WINDOW_HOURS: i64 = 24;

/// What the gate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    /// The actor may not even know of the target.
    Unseen,
    Refused(Code),
}

/// Who can see the target of an act.
#[derive(Clone, Copy)]
enum Sight {
    /// Every member of the brand.
    Brand,
    /// Members of the group only: what is said in it is for nobody else, admins included.
    Group,
    /// Members of the group, and admins: its frame, not its content.
    Frame,
}

/// Who may.
#[derive(Clone, Copy)]
enum Who {
    Anyone,
    BrandRole(BrandRole),
    GroupRole(GroupRole),
    /// That role in the group, or an admin of the brand.
    GroupRoleOrAdmin(GroupRole),
    Author,
    AuthorOr(GroupRole),
    /// An admin of higher rank than the one concerned.
    AdminAbove,
    /// Of higher rank in the group than the one concerned, who must not be an admin; or an admin above.
    Above(GroupRole),
    /// Hosts in announcements, everybody elsewhere; nobody in the chat of a webinar that they were sent out of.
    Speaker,
    /// The one who invited, or an admin.
    Inviter,
    /// Whoever was not sent out of the webinar.
    Admitted,
    /// Hosts and speakers of the webinar's stage.
    OnStage,
    /// Those who run the webinar: its host, hosts and moderators of the group, admins of the brand who are in the group.
    Runs,
    AuthorOrRuns,
    /// Whoever is on the stage, or runs the webinar.
    OnStageOrRuns,
}

struct Rule {
    sight: Sight,
    who: Who,
    /// A muted member may not.
    speech: bool,
}

const fn rule(sight: Sight, who: Who) -> Rule {
    Rule { sight, who, speech: false }
}

const fn speech(who: Who) -> Rule {
    Rule { sight: Sight::Group, who, speech: true }
}

/// The table.
const fn rule_of(act: ActName) -> Rule {
    use ActName as A;
    match act {
        A::EditBrand | A::CreateGroup | A::ReadAudit => rule(Sight::Brand, Who::BrandRole(BrandRole::Admin)),
        A::ReadMails | A::RetryMail => rule(Sight::Brand, Who::BrandRole(BrandRole::Owner)),
        A::EditProfile | A::LeaveBrand | A::ReplaceCalendarFeed => rule(Sight::Brand, Who::Anyone),
        A::ManageMember | A::RemoveMember => rule(Sight::Brand, Who::AdminAbove),

        A::EditGroup | A::CreateChannel | A::EditChannel | A::Invite | A::AddToGroup => {
            rule(Sight::Frame, Who::GroupRoleOrAdmin(GroupRole::Host))
        }
        A::RevokeInvitation | A::ResendInvitation => rule(Sight::Brand, Who::Inviter),
        A::ChangeGroupRole => rule(Sight::Frame, Who::Above(GroupRole::Host)),
        A::Mute | A::RemoveFromGroup => rule(Sight::Frame, Who::Above(GroupRole::Moderator)),
        A::LeaveGroup | A::MoveMarker | A::LinkFile | A::Register | A::LowerHand => rule(Sight::Group, Who::Anyone),

        A::PostMessage => speech(Who::Speaker),
        A::React | A::Type | A::Upload | A::StartThread | A::PostReply => speech(Who::Anyone),
        A::EditMessage | A::EditReply | A::EditThread => speech(Who::Author),
        A::DeleteMessage | A::DeleteReply | A::DeleteThread => rule(Sight::Group, Who::AuthorOr(GroupRole::Moderator)),
        A::CurateThread | A::AcceptReply => speech(Who::AuthorOr(GroupRole::Moderator)),

        A::JoinStage => rule(Sight::Group, Who::Admitted),
        A::PublishOnStage => speech(Who::OnStage),
        A::PlanWebinar
        | A::EditWebinar
        | A::DirectStage
        | A::RecordStage
        | A::ReadAttendance
        | A::MakeStageKey
        | A::RevokeStageKey
        | A::SetStageRole
        | A::MuteOnStage => rule(Sight::Group, Who::GroupRole(GroupRole::Host)),
        A::RemoveFromStage => rule(Sight::Group, Who::Above(GroupRole::Host)),
        A::RunFloor | A::CreatePoll | A::RunPoll | A::CurateQuestion => rule(Sight::Group, Who::Runs),
        A::MoveSlides => speech(Who::OnStageOrRuns),
        A::RaiseHand | A::AskQuestion | A::VoteForQuestion | A::VoteInPoll | A::Cheer => speech(Who::Admitted),
        A::DeleteQuestion => rule(Sight::Group, Who::AuthorOrRuns),
    }
}

/// Acts that an archived group still allows.
const fn in_archive(act: ActName) -> bool {
    matches!(
        act,
        ActName::EditGroup
            | ActName::LeaveGroup
            | ActName::RemoveFromGroup
            | ActName::MoveMarker
            | ActName::LinkFile
            | ActName::DeleteMessage
            | ActName::DeleteReply
            | ActName::DeleteThread
            | ActName::DeleteQuestion
            | ActName::RevokeInvitation
            | ActName::ReadAttendance
            | ActName::RevokeStageKey
    )
}

/// Decides one act of one actor at one place.
pub fn decide(act: ActName, standing: Option<&Standing>, place: &Place, now: Millis) -> Verdict {
    let Some(standing) = standing.filter(|standing| standing.state != MemberState::Removed) else {
        return Verdict::Unseen;
    };
    let rule = rule_of(act);
    if !sees(rule.sight, standing) || hidden(standing, place) {
        return Verdict::Unseen;
    }
    if standing.state == MemberState::Suspended {
        return Verdict::Refused(Code::Suspended);
    }
    if !may(rule.who, standing, place) {
        return refusal_of(rule.who, standing);
    }
    if rule.speech && standing.muted_until.is_some_and(|until| until > now) {
        return Verdict::Refused(Code::Muted);
    }
    if place.archived_at.is_some() && !in_archive(act) {
        return Verdict::Refused(Code::Archived);
    }
    if place.chat.hosts_only && matches!(act, ActName::PostMessage | ActName::Type) && !runs(standing, place) {
        return Verdict::Refused(Code::HostsOnly);
    }
    if act == ActName::EditMessage && too_old(place, now) {
        return Verdict::Refused(Code::EditWindowClosed);
    }
    Verdict::Allowed
}

/// Whether somebody may give these roles to somebody else: nobody gives more than they have.
pub fn may_grant(standing: &Standing, brand_role: BrandRole, group_role: GroupRole) -> bool {
    let is_admin = standing.brand_role >= BrandRole::Admin;
    brand_role <= standing.brand_role && (is_admin || standing.group_role.is_some_and(|mine| mine >= group_role))
}

/// Whether the actor may read what is inside the target.
pub fn may_read(standing: Option<&Standing>, place: &Place) -> Verdict {
    let Some(standing) = standing.filter(|standing| standing.state != MemberState::Removed) else {
        return Verdict::Unseen;
    };
    let sight = if place.group.is_some() { Sight::Group } else { Sight::Brand };
    if !sees(sight, standing) || hidden(standing, place) {
        return Verdict::Unseen;
    }
    if standing.state == MemberState::Suspended { Verdict::Refused(Code::Suspended) } else { Verdict::Allowed }
}

/// Gone, or not shown to the group.
fn hidden(standing: &Standing, place: &Place) -> bool {
    let held_back = place.held && place.author != Some(standing.member) && !runs(standing, place);
    place.deleted_at.is_some() || held_back || (place.hosts_only && standing.group_role < Some(GroupRole::Host))
}

/// Whether somebody runs the webinar of a place: beside its host the hosts and moderators of the group, and those admins
/// of the brand who are in the group themselves.
pub fn runs(standing: &Standing, place: &Place) -> bool {
    let leads = standing.group_role >= Some(GroupRole::Moderator) || standing.brand_role >= BrandRole::Admin;
    place.webinar_host.is_some_and(|host| host == standing.member || leads) && standing.group_role.is_some()
}

/// How long somebody waits between two messages in a slow chat; `None` for those who need not.
pub(super) fn pause_ms(standing: &Standing, place: &Place) -> Option<i64> {
    let slow = place.chat.slow_seconds > 0 && !runs(standing, place);
    slow.then(|| place.chat.slow_seconds.saturating_mul(1_000))
}

fn sees(sight: Sight, standing: &Standing) -> bool {
    match sight {
        Sight::Brand => true,
        Sight::Group => standing.group_role.is_some(),
        Sight::Frame => standing.group_role.is_some() || standing.brand_role >= BrandRole::Admin,
    }
}

fn may(who: Who, standing: &Standing, place: &Place) -> bool {
    let is_admin = standing.brand_role >= BrandRole::Admin;
    let has = |role| standing.group_role.is_some_and(|mine| mine >= role);
    let is_author = place.author == Some(standing.member);
    match who {
        Who::Anyone => true,
        Who::BrandRole(role) => standing.brand_role >= role,
        Who::GroupRole(role) => has(role),
        Who::GroupRoleOrAdmin(role) => has(role) || is_admin,
        Who::Author => is_author,
        Who::AuthorOr(role) => is_author || has(role),
        Who::AdminAbove => is_admin && outranks_in_brand(standing, place),
        Who::Above(role) => above(role, standing, place),
        Who::Speaker => {
            let is_open = place.channel_kind != Some(ChannelKind::Announcements);
            (is_open || has(GroupRole::Host)) && standing.sent_out_at.is_none()
        }
        Who::Inviter => is_admin || place.subject == Some(standing.member),
        Who::Admitted => standing.sent_out_at.is_none(),
        Who::OnStage => standing.sent_out_at.is_none() && standing.stage_role() >= StageRole::Speaker,
        Who::Runs => runs(standing, place),
        Who::AuthorOrRuns => is_author || runs(standing, place),
        Who::OnStageOrRuns => runs(standing, place) || may(Who::OnStage, standing, place),
    }
}

/// Owners act on everybody but themselves, admins on members.
fn outranks_in_brand(standing: &Standing, place: &Place) -> bool {
    place.subject().is_some_and(|subject| {
        subject.member != standing.member
            && (standing.brand_role > subject.brand_role || standing.brand_role == BrandRole::Owner)
    })
}

fn above(role: GroupRole, standing: &Standing, place: &Place) -> bool {
    let Some(subject) = place.subject().filter(|subject| subject.member != standing.member) else { return false };
    let as_admin = standing.brand_role >= BrandRole::Admin && outranks_in_brand(standing, place);
    let in_group = standing.group_role.is_some_and(|mine| {
        mine >= role
            && subject.brand_role == BrandRole::Member
            && (Some(mine) > subject.group_role || mine == GroupRole::Host)
    });
    as_admin || in_group
}

/// Somebody else's invitation is not even there for those who may not revoke it, and neither is a member of the brand for
/// those who run nothing: they may share no group, and then they are not to find each other.
fn refusal_of(who: Who, standing: &Standing) -> Verdict {
    match who {
        Who::Inviter => Verdict::Unseen,
        Who::AdminAbove if standing.brand_role < BrandRole::Admin => Verdict::Unseen,
        Who::Admitted | Who::OnStage | Who::OnStageOrRuns | Who::Speaker if standing.sent_out_at.is_some() => {
            Verdict::Refused(Code::SentOut)
        }
        Who::OnStage | Who::OnStageOrRuns => Verdict::Refused(Code::NotOnStage),
        _ => Verdict::Refused(Code::Forbidden),
    }
}

fn too_old(place: &Place, now: Millis) -> bool {
    place.created_at.is_some_and(|at| at.plus_ms(EDIT_WINDOW_HOURS * 3_600_000) <= now)
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
