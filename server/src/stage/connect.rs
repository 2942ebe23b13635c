//! Opening, changing and closing a connection of sound and picture.

use std::net::IpAddr;

use super::bearer::{Bearer, Holder, Proof, Wish, holder, prove};
use super::carry::{Flow, Held};
use super::stage::PublicationKind;
use super::store;
use crate::access::WebinarMember;
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::ids::{WebinarId, hash_secret};
use crate::platform::limits::{Key, Limit};
use crate::platform::media::{ConnectionId, Medium, Opened, Patched, Publish, Refused, Silenced, View};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::turn::{IceServer, ice_servers};

/// How soon somebody who found no place may try again.
const FULL_RETRY_MS: u64 = 5_000;

/// An offer with the bearer that it came with.
#[derive(Debug)]
pub struct Offer<'r> {
    pub token: &'r str,
    pub webinar: WebinarId,
    pub wish: Wish,
    pub sdp: String,
    pub address: IpAddr,
}

/// What an offer has led to.
#[derive(Debug)]
pub struct Connected {
    pub opened: Opened,
    pub ice_servers: Vec<IceServer>,
}

/// Finds out who comes with a bearer, before the offer is read. A ticket is used up by it.
pub(super) async fn admit(app: &App, offer: &Offer<'_>) -> Result<Admitted> {
    let admitted = try_admit(app, offer).await;
    if admitted.as_ref().is_err_and(|failure| failure.code() == Code::Unauthenticated) {
        app.limits.check(Limit::StageGuess, Key::of_address(offer.address))?;
    }
    admitted
}

/// Somebody who may open what they wish to.
#[derive(Debug)]
pub(super) struct Admitted {
    holder: Holder,
    held: Held,
    peer: uuid::Uuid,
    member: Option<crate::platform::ids::MemberId>,
    at: Millis,
}

async fn try_admit(app: &App, offer: &Offer<'_>) -> Result<Admitted> {
    let bearer = Bearer::read(app, offer.token)?;
    let bearer_hash = hash_secret(offer.token);
    let tx = app.store.begin().await?;
    let holder = holder(app, &tx, &bearer, offer.webinar, offer.wish).await?;
    let (proof, row) = prove(&tx, &holder, offer.wish).await?;
    store::take_lease(&tx, &row, &app.stages.carrier).await?;
    let flow = flow(&proof, offer.wish).await?;
    let held = Held {
        webinar: offer.webinar,
        group: proof.group()?,
        via: holder.via,
        answerable: proof.answerable(),
        flow,
        bearer_hash,
        tag: String::new(),
    };
    let (peer, member, at) = (proof.peer(), proof.member(), tx.now());
    drop(proof);
    tx.commit().await?;
    Ok(Admitted { holder, held, peer, member, at })
}

async fn flow(proof: &Proof<'_>, wish: Wish) -> Result<Flow> {
    let Wish::Publish(kind) = wish else { return Ok(Flow::Out) };
    let silenced = match proof.member() {
        Some(member) => {
            let place = store::place(proof.tx(), WebinarMember { webinar: proof.webinar(), member }).await?;
            place.map(|place| place.silenced()).unwrap_or_default()
        }
        None => Silenced::default(),
    };
    Ok(Flow::In { peer: proof.peer(), kind, silenced })
}

/// Opens the connection. What was allowed a moment ago is proved once more when it is noted, so that whoever lost the
/// right in between gets nothing.
pub(super) async fn open(app: &App, admitted: Admitted, offer: Offer<'_>) -> Result<Connected> {
    let Admitted { holder, held, peer, member, at } = admitted;
    let ice_servers = ice_servers(&app.config.stage, &peer, at);
    let opened = match held.flow {
        Flow::In { kind, silenced, .. } => {
            let _turn = app.stages.turn_to_publish().await;
            let opened = agree(app, &offer, held, peer, true).await?;
            app.stages.media()?.silence(offer.webinar.0, peer, silenced).await;
            note(app, &holder, kind, opened.connection).await?;
            opened
        }
        Flow::Out => agree(app, &offer, held, peer, member.is_some()).await?,
    };
    Ok(Connected { opened, ice_servers })
}

/// Has the node open it, and notes that it is open.
async fn agree(app: &App, offer: &Offer<'_>, held: Held, peer: uuid::Uuid, in_person: bool) -> Result<Opened> {
    let media = app.stages.media()?;
    let (stage, sdp, address) = (offer.webinar.0, offer.sdp.clone(), offer.address);
    let opened = match held.flow {
        Flow::In { kind, .. } => {
            media.publish(Publish { stage, peer, medium: kind.into(), offer: sdp, address }).await?
        }
        Flow::Out => media.view(View { stage, peer: in_person.then_some(peer), offer: sdp, address }).await?,
    };
    app.stages.hold(opened.connection, Held { tag: opened.tag.clone(), ..held });
    Ok(opened)
}

/// Writes down what is sent. Whoever has lost the right in the meantime sends nothing, and what has ended in the meantime
/// does not stay.
async fn note(app: &App, holder: &Holder, kind: PublicationKind, connection: ConnectionId) -> Result<()> {
    if let Err(failure) = write(app, holder, kind, connection).await {
        app.stages.let_go(connection);
        app.stages.media()?.close(connection).await;
        return Err(failure);
    }
    if app.stages.held(connection).is_none() {
        let tx = app.store.begin().await?;
        store::end_publication(&tx, holder.webinar, connection).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn write(app: &App, holder: &Holder, kind: PublicationKind, connection: ConnectionId) -> Result<()> {
    let tx = app.store.begin().await?;
    let (proof, _) = prove(&tx, holder, Wish::Publish(kind)).await?;
    store::put_publication(&proof, &app.stages.carrier, kind, connection).await?;
    drop(proof);
    tx.commit().await
}

/// What a change of the path is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeFrom {
    /// Whatever is there: a restart.
    Anything,
    Tag(String),
}

/// Takes candidates or a restart of the path.
pub(super) async fn patch(
    app: &App,
    token: &str,
    connection: ConnectionId,
    made_from: &MadeFrom,
    fragment: String,
) -> Result<Patched> {
    let held = own(app, token, connection)?;
    if matches!(made_from, MadeFrom::Tag(tag) if *tag != held.tag) {
        return Err(Code::VersionConflict.into());
    }
    let patched = app.stages.media()?.patch(connection, fragment).await?;
    if let Patched::Restarted { tag, .. } = &patched {
        app.stages.retag(connection, tag);
    }
    Ok(patched)
}

/// Closes a connection.
pub(super) async fn close(app: &App, token: &str, connection: ConnectionId) -> Result<()> {
    let held = own(app, token, connection)?;
    app.stages.media()?.close(connection).await;
    app.stages.let_go(connection);
    if let Flow::In { .. } = held.flow {
        let tx = app.store.begin().await?;
        store::end_publication(&tx, held.webinar, connection).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A connection belongs to whoever holds both its address and the bearer that opened it.
fn own(app: &App, token: &str, connection: ConnectionId) -> Result<Held> {
    let held = app.stages.held(connection).filter(|held| held.bearer_hash == hash_secret(token));
    held.ok_or_else(|| Code::NotFound.into())
}

impl From<PublicationKind> for Medium {
    fn from(kind: PublicationKind) -> Self {
        match kind {
            PublicationKind::Camera => Medium::Camera,
            PublicationKind::Screen => Medium::Screen,
        }
    }
}

impl From<Medium> for PublicationKind {
    fn from(medium: Medium) -> Self {
        match medium {
            Medium::Camera => PublicationKind::Camera,
            Medium::Screen => PublicationKind::Screen,
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge => Code::BodyTooLarge.into(),
            Refused::NotUsable => Code::BadOffer.into(),
            Refused::Unknown => Code::NotFound.into(),
            Refused::Full | Refused::Unavailable => {
                Refusal::new(Code::StageUnavailable).retry_after_ms(FULL_RETRY_MS).into()
            }
        }
    }
}
