//! The brand's logo.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;

use super::brand::BrandView;
use super::store;
use crate::access::{Actor, EditBrand, permit, see_for};
use crate::app::App;
use crate::platform::blobs::BlobKey;
use crate::platform::ids::BrandId;
use crate::platform::refusal::{Code, Failure, Result};

/// The most bytes a logo may have.
pub const LOGO_MAX: usize = 1 << 20;
/// The most pixels a logo may have on one side after it is drawn anew.
const LOGO_SIDE_MAX: u32 = 512;

/// Sets the logo from a PNG, JPEG or WebP. It is drawn anew as PNG, so nothing of the uploaded file is ever served.
pub async fn set_logo(app: &App, actor: &Actor, brand: BrandId, bytes: Bytes) -> Result<BrandView> {
    let reader = app.store.read().await?;
    see_for::<EditBrand>(&reader, actor, brand).await?;
    drop(reader);
    let png = tokio::task::spawn_blocking(move || draw_anew(&bytes))
        .await
        .map_err(|error| Failure::fault("drawing a logo stopped", error))??;
    let stored = app.blobs.put(stream::once(async { Ok::<_, Infallible>(Bytes::from(png)) }), LOGO_MAX as u64).await?;

    let tx = app.store.begin().await?;
    let permit = permit::<EditBrand>(&tx, actor, brand).await?;
    let before = store::set_logo(&permit, stored.key.as_str(), "image/png").await?;
    let view = store::view(&tx, brand).await?;
    tx.commit().await?;
    if let Some(before) = before.and_then(|key| BlobKey::from_stored(&key)) {
        app.blobs.delete(&before).await?;
    }
    Ok(view)
}

fn draw_anew(bytes: &[u8]) -> Result<Vec<u8>> {
    let known = infer::get(bytes).map(|kind| kind.mime_type());
    if !matches!(known, Some("image/png" | "image/jpeg" | "image/webp")) {
        return Err(Code::TypeMismatch.into());
    }
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| Failure::fault("reading a logo", error))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(8_192);
    limits.max_image_height = Some(8_192);
    limits.max_alloc = Some(64 << 20);
    reader.limits(limits);
    let image = reader.decode().map_err(|_| Code::TypeMismatch)?;
    let image = image.thumbnail(LOGO_SIDE_MAX.min(image.width()), LOGO_SIDE_MAX.min(image.height()));
    let mut png = Vec::new();
    image
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .map_err(|error| Failure::fault("writing a logo", error))?;
    Ok(png)
}

/// The logo. Anybody may fetch it who knows the brand's id: the page of an invitation shows it before there is a log-in.
pub async fn logo(app: &App, brand: BrandId) -> Result<Response> {
    let reader = app.store.read().await?;
    let logo = store::logo(&reader, brand).await?.ok_or(Code::NotFound)?;
    drop(reader);
    let key = BlobKey::from_stored(&logo.logo_key).ok_or(Code::NotFound)?;
    let blob = app.blobs.get(&key, None).await?.ok_or(Code::NotFound)?;
    let mut response = Response::new(Body::from_stream(blob.bytes));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&logo.logo_mime).unwrap_or(HeaderValue::from_static("image/png")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}
