//! The readers' site, asked over HTTP as readers, feed readers, crawlers and strangers ask it.

mod addresses;
mod attacks;
mod audited;
mod cached;
mod clock;
mod discretion;
mod furnished;
mod headers;
mod hostile;
mod in_front;
mod one_moment;
mod routes;
mod search;
mod tokens;
mod validators;

use furnished::furnished;
