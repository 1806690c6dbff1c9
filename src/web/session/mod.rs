//! Who asks, and whether they mean it: cookies, sign-ins, forms.
//!
//! A handler of the desk takes [`SignedIn`], and knows who it is; it takes [`DeskForm`], and knows that
//! the form is theirs; it takes [`KeptForm`], and is told whether it is, with the words in any case. There
//! is no other way to read a form below `/desk/`: `tests/all/session/source.rs` holds that.
//!
//! **Cookies.** There is one, and only who signed in has it: nothing is kept for who has not. It holds
//! the random id of a session ([`cookie`]), which names a sign-in, which counts as long as its row
//! stands in the database. The id is a new one at each sign-in.
//!
//! **Forms.** Each request that may change something must come from the site itself: browsers say
//! where a form comes from, and no page can make them lie ([`origin`]). Behind that, each form carries a
//! token that is bound to the sign-in ([`form_key`]), so that neither alone has to hold. Who signs in
//! has nothing yet that a token could be bound to. A cookie for that would be one for people who may
//! never sign in, and would prove no more than the browser's own word does; so the token of such a form
//! says only that this site made it, and when.

pub(super) mod client_address;
mod cookie;
mod form;
mod form_key;
mod next;
mod origin;
mod signed_in;

pub(super) use client_address::ClientAddress;
pub use cookie::CookieName;
pub(super) use cookie::open;
pub(super) use form::{DeskForm, KeptForm, MAX_FORM, OpenForm, Sender};
pub use form_key::FormKey;
pub(super) use next::Next;
pub use origin::Origin;
pub(super) use origin::refuse_foreign;
pub(super) use signed_in::{SIGN_IN, SignedIn};
