//! The acts: everything that can be allowed, each bound to what it is done to.

use super::standing::Target;
use crate::platform::ids::{
    BrandId, ChannelId, FileId, GroupId, InvitationId, MailId, MemberId, MessageId, PollId, QuestionId, ReplyId,
    StageKeyId, ThreadId, WebinarId,
};

/// Something that can be allowed.
pub trait Act: Send + Sync + 'static {
    /// What it is done to.
    type Target: Target;
    const NAME: ActName;
}

/// A member in a group, as a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupMember {
    pub group: GroupId,
    pub member: MemberId,
}

/// A member of the group in a webinar, as a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebinarMember {
    pub webinar: WebinarId,
    pub member: MemberId,
}

macro_rules! acts {
    ($($(#[$meta:meta])* $name:ident on $target:ty,)*) => {
        /// The name of an act, for the policy's table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ActName { $($(#[$meta])* $name,)* }

        impl ActName {
            pub const ALL: &'static [ActName] = &[$(ActName::$name,)*];
        }

        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Act for $name {
                type Target = $target;
                const NAME: ActName = ActName::$name;
            }
        )*
    };
}

acts! {
    /// Name, colour, logo, language.
    EditBrand on BrandId,
    CreateGroup on BrandId,
    /// The outbox shows every mail, codes included.
    ReadMails on BrandId,
    RetryMail on MailId,
    ReadAudit on BrandId,
    /// One's own name, company, title.
    EditProfile on BrandId,
    /// Role and state of somebody below one's own rank.
    ManageMember on MemberId,
    /// Take somebody out of the brand altogether.
    RemoveMember on MemberId,
    LeaveBrand on BrandId,
    ReplaceCalendarFeed on BrandId,

    EditGroup on GroupId,
    CreateChannel on GroupId,
    EditChannel on ChannelId,
    Invite on GroupId,
    RevokeInvitation on InvitationId,
    /// Mail it again.
    ResendInvitation on InvitationId,
    /// Bring an existing member of the brand into the group.
    AddToGroup on GroupId,
    /// Give another role in the group.
    ChangeGroupRole on GroupMember,
    Mute on GroupMember,
    RemoveFromGroup on GroupMember,
    LeaveGroup on GroupId,

    PostMessage on ChannelId,
    EditMessage on MessageId,
    DeleteMessage on MessageId,
    React on MessageId,
    MoveMarker on ChannelId,
    /// Tell that one is writing.
    Type on ChannelId,
    Upload on GroupId,
    LinkFile on FileId,

    StartThread on GroupId,
    EditThread on ThreadId,
    /// Close and reopen.
    CurateThread on ThreadId,
    DeleteThread on ThreadId,
    AcceptReply on ThreadId,
    PostReply on ThreadId,
    EditReply on ReplyId,
    DeleteReply on ReplyId,

    PlanWebinar on GroupId,
    EditWebinar on WebinarId,
    Register on WebinarId,

    /// Come in, watch and listen.
    JoinStage on WebinarId,
    /// Send camera, microphone or screen.
    PublishOnStage on WebinarId,
    /// Open, lock and end it.
    DirectStage on WebinarId,
    RecordStage on WebinarId,
    /// Who was there, and for how long.
    ReadAttendance on WebinarId,
    MakeStageKey on WebinarId,
    RevokeStageKey on StageKeyId,
    /// Invite to the stage, or back among the attendees.
    SetStageRole on WebinarMember,
    /// Silence what somebody sends.
    MuteOnStage on WebinarMember,
    /// Send out of the webinar.
    RemoveFromStage on WebinarMember,
    /// Chat modes, how questions are asked, whose hands are down, which slides are shown.
    RunFloor on WebinarId,
    /// To another page.
    MoveSlides on WebinarId,
    RaiseHand on WebinarId,
    /// One's own.
    LowerHand on WebinarId,
    AskQuestion on WebinarId,
    VoteForQuestion on QuestionId,
    /// Show, pin, answer, dismiss.
    CurateQuestion on QuestionId,
    DeleteQuestion on QuestionId,
    CreatePoll on WebinarId,
    /// Open, close, show the results.
    RunPoll on PollId,
    VoteInPoll on PollId,
    /// Send an emoji over the screens, which is not kept.
    Cheer on WebinarId,
}
