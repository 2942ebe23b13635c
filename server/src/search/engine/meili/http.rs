//! The wire to Meilisearch: our own HTTP client under the SDK, with an end to every wait and a bound to every answer.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::io::{AsyncRead, AsyncReadExt};
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method, parse_response};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
const CALL_DEADLINE: Duration = Duration::from_secs(20);
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
}

#[derive(Debug, thiserror::Error)]
#[error("the answer has more than {MAX_ANSWER_BYTES} bytes")]
struct AnswerTooLong;

impl Http {
    pub fn new(key: &str) -> Result<Self, Error> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| Error::InvalidRequest)?;
        bearer.set_sensitive(true);
        let client = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(CALL_DEADLINE)
            // The server is ours and private: no proxy stands between, and nobody may send us elsewhere with our key.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Ok(Self { client: client.build().map_err(other)? })
    }

    async fn answer(mut response: reqwest::Response) -> Result<String, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(other)? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(other(AnswerTooLong));
            }
            bytes.extend_from_slice(&chunk);
        }
        // The SDK reads an answer without a body as `null`.
        if bytes.is_empty() { Ok("null".to_owned()) } else { String::from_utf8(bytes).map_err(other) }
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn stream_request<Query, Body, Output>(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Body: AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    {
        let url = with_query(url, method.query())?;
        let mut request = self.client.request(verb(&method), url.clone());
        if let Some(body) = method.into_body() {
            let mut bytes = Vec::new();
            std::pin::pin!(body).read_to_end(&mut bytes).await.map_err(other)?;
            request = request.header(CONTENT_TYPE, content_type).body(bytes);
        }
        let response = request.send().await.map_err(other)?;
        let status = response.status().as_u16();
        parse_response(status, expected_status_code, &Self::answer(response).await?, url.into())
    }

    fn is_tokio(&self) -> bool {
        true
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}

fn verb<Query, Body>(method: &Method<Query, Body>) -> reqwest::Method {
    match method {
        Method::Get { .. } => reqwest::Method::GET,
        Method::Delete { .. } => reqwest::Method::DELETE,
        Method::Post { .. } => reqwest::Method::POST,
        Method::Put { .. } => reqwest::Method::PUT,
        Method::Patch { .. } => reqwest::Method::PATCH,
    }
}

fn with_query(url: &str, query: &impl Serialize) -> Result<reqwest::Url, Error> {
    let mut url = reqwest::Url::parse(url).map_err(other)?;
    if let Value::Object(parameters) = serde_json::to_value(query)? {
        let written = parameters.into_iter().filter_map(|(name, value)| Some((name, written(value)?)));
        let written: Vec<_> = written.collect();
        if !written.is_empty() {
            url.query_pairs_mut().extend_pairs(written);
        }
    }
    Ok(url)
}

/// Lists are written with commas, what is unset is left out.
fn written(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Array(values) => Some(values.into_iter().filter_map(written).collect::<Vec<_>>().join(",")),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn queries_are_written_as_the_server_reads_them() {
        let query = json!({ "uids": [1, 2], "from": null, "name": "a&b c", "on": true });
        let url = with_query("http://localhost:7700/tasks", &query).unwrap();
        assert_eq!(url.as_str(), "http://localhost:7700/tasks?name=a%26b+c&on=true&uids=1%2C2");
        assert_eq!(with_query("http://localhost:7700/x", &()).unwrap().as_str(), "http://localhost:7700/x");
    }

    #[test]
    fn a_key_that_fits_no_header_is_an_error() {
        assert!(matches!(Http::new("a\nb"), Err(Error::InvalidRequest)));
    }
}
