//! Ghost.
mod body;
mod cards;
mod cell;
mod dates;
pub mod html;
pub mod lexical;
pub mod mobiledoc;
mod percent;
