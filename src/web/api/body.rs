//! The body of a request that writes: a list of one, under the name of its resource, as Ghost's clients
//! send it. A field that is not in it stays as it is; one that nobody knows is left out without a word.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http_body_util::LengthLimitError;
use serde_json::{Map, Value};

use super::asked::Names;
use super::error::{ApiError, Doing, Kind};
use crate::domain::{Instants, Timestamp};
use crate::web::absolute;

/// The largest body: the longest text, with every line break and quote of it written in two letters.
const MAX_BODY: usize = 20 << 20;
/// The longest address, in characters.
const MAX_ADDRESS: usize = 2_000;

/// A body as it came.
#[derive(Debug)]
pub(super) struct Body(Bytes);

/// The fields of the one thing in a body.
#[derive(Debug)]
pub(super) struct Fields {
    fields: Map<String, Value>,
    doing: Doing,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let body = axum::body::to_bytes(request.into_body(), MAX_BODY).await;
        body.map(Self).map_err(|error| {
            let cause = std::error::Error::source(&error);
            if cause.is_some_and(|cause| cause.downcast_ref::<LengthLimitError>().is_some()) {
                let limit = MAX_BODY >> 20;
                ApiError::new(Kind::TooLarge, format!("A body has at most {limit} MB"))
            } else {
                ApiError::new(Kind::BadRequest, "The body could not be read to its end")
            }
        })
    }
}

#[cfg(test)]
impl Body {
    /// A body that says this.
    pub(super) fn of(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl Body {
    /// The one thing in it.
    pub(super) fn one(&self, names: Names, doing: Doing) -> Result<Fields, ApiError> {
        let mut body: Value = serde_json::from_slice(&self.0).map_err(|error| {
            doing.fails(Kind::BadRequest, format!("The body is no JSON: {error}"))
        })?;
        let list = match body.get_mut(names.many).map(Value::take) {
            None | Some(Value::Null) => return Err(doing.refuses(names.many, "required")),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(doing.refuses(names.many, "type")),
        };
        // A text may be long: it is taken out of the body, not copied.
        match <[Value; 1]>::try_from(list) {
            Ok([Value::Object(fields)]) => Ok(Fields { fields, doing }),
            Ok(_) => Err(doing.refuses(names.many, "type")),
            Err(none) if none.is_empty() => Err(doing.refuses(names.many, "minItems")),
            Err(_) => Err(doing.refuses(names.many, "maxItems")),
        }
    }
}

impl Fields {
    /// What a field breaks.
    pub(super) fn refuses(&self, name: &'static str, rule: &str) -> ApiError {
        self.doing.refuses(name, rule)
    }

    /// A field, if it is there and says something.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// The text of a field, if it is there and says something.
    pub(super) fn words(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.contains('\0') => Err(self.refuses(name, "format")),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.refuses(name, "type")),
        }
    }

    /// A list, if it is there.
    pub(super) fn list(&self, name: &'static str) -> Result<Option<&[Value]>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(_) => Err(self.refuses(name, "type")),
        }
    }

    /// A date, if it is there.
    pub(super) fn instants(&self, name: &'static str) -> Result<Option<Instants>, ApiError> {
        let text = self.words(name)?;
        let read = |text| Instants::parse(text).ok_or_else(|| self.refuses(name, "format"));
        text.map(read).transpose()
    }

    /// Writes a text that there always is.
    pub(super) fn text(
        &self,
        name: &'static str,
        longest: usize,
        to: &mut String,
    ) -> Result<(), ApiError> {
        if !self.fields.contains_key(name) {
            return Ok(());
        }
        let text = self.words(name)?.ok_or_else(|| self.refuses(name, "type"))?;
        text.clone_into(to);
        self.bounded(name, text, longest)
    }

    /// Writes a text that may be missing: null, or nothing in it, takes it away.
    pub(super) fn optional(
        &self,
        name: &'static str,
        longest: usize,
        to: &mut Option<String>,
    ) -> Result<(), ApiError> {
        if !self.fields.contains_key(name) {
            return Ok(());
        }
        let text = self.words(name)?.filter(|text| !text.is_empty());
        self.bounded(name, text.unwrap_or_default(), longest)?;
        *to = text.map(str::to_owned);
        Ok(())
    }

    /// Writes an address. One on this site is kept as a path, and one that says what stands there
    /// already changes nothing.
    pub(super) fn address(
        &self,
        name: &'static str,
        base_url: &str,
        to: &mut Option<String>,
    ) -> Result<(), ApiError> {
        let mut given = None;
        self.optional(name, MAX_ADDRESS, &mut given)?;
        let Some(given) = given else {
            return self.optional(name, MAX_ADDRESS, to);
        };
        let before = to.as_deref().map(|address| absolute::address(base_url, address));
        if before.as_ref() == Some(&given) {
            return Ok(());
        }
        let address = absolute::rooted(base_url, &given);
        // What has another scheme is followed by no reader, or runs.
        let is_elsewhere = url::Url::parse(&address).is_ok();
        if is_elsewhere && !["http:", "https:"].iter().any(|way| address.starts_with(way)) {
            return Err(self.refuses(name, "format"));
        }
        *to = Some(address);
        Ok(())
    }

    /// Writes what is so or not.
    pub(super) fn flag(&self, name: &'static str, to: &mut bool) -> Result<(), ApiError> {
        match self.get(name) {
            None => {}
            Some(Value::Bool(flag)) => *to = *flag,
            Some(_) => return Err(self.refuses(name, "type")),
        }
        Ok(())
    }

    /// Writes a date. One that says what stands there already changes nothing, however much shorter it
    /// says it.
    pub(super) fn date(
        &self,
        name: &'static str,
        to: &mut Option<Timestamp>,
    ) -> Result<(), ApiError> {
        if !self.fields.contains_key(name) {
            return Ok(());
        }
        match self.instants(name)? {
            Some(same) if to.is_some_and(|at| same.contain(at)) => {}
            given => *to = given.map(|instants| instants.from),
        }
        Ok(())
    }

    fn bounded(&self, name: &'static str, text: &str, longest: usize) -> Result<(), ApiError> {
        if text.chars().count() > longest { Err(self.refuses(name, "maxLength")) } else { Ok(()) }
    }
}
