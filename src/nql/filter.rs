//! The tree of a filter.

/// What has to hold of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of these.
    All(Vec<Filter>),
    /// One of these.
    Any(Vec<Filter>),
    /// This.
    Is(Condition),
}

impl Filter {
    /// Whether it speaks of the present, so that time alone changes what it chooses.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().any(Self::is_relative),
            Self::Is(condition) => condition.test.scalars().any(Scalar::is_relative),
        }
    }
}

/// A field, and what has to hold of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The name as it was written, in lower case; the path of a relation has a dot.
    pub field: String,
    /// Whether the test must not hold.
    pub is_negated: bool,
    /// The test.
    pub test: Test,
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this.
    Is(Scalar),
    /// It is more or less than this.
    Compares(Comparison, Scalar),
    /// Its text has this in this place, whatever the case of its letters.
    Has(Place, String),
    /// It is one of these.
    OneOf(Vec<Scalar>),
    /// It is each of these: for fields that have many values.
    AllOf(Vec<Scalar>),
}

impl Test {
    /// The values in it.
    fn scalars(&self) -> impl Iterator<Item = &Scalar> {
        match self {
            Self::Is(scalar) | Self::Compares(_, scalar) => std::slice::from_ref(scalar),
            Self::Has(..) => &[],
            Self::OneOf(scalars) | Self::AllOf(scalars) => scalars,
        }
        .iter()
    }
}

/// A way to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// Where in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `~`
    Anywhere,
    /// `~^`
    Start,
    /// `~$`
    End,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Whole, whatever stood behind the point.
    Number(i64),
    /// With or without quotes.
    Text(String),
    /// So many units before now, or after it.
    Relative(i64, Unit),
}

impl Scalar {
    const fn is_relative(&self) -> bool {
        matches!(self, Self::Relative(..))
    }
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `s`
    Seconds,
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
    /// `M`
    Months,
    /// `y`
    Years,
}
