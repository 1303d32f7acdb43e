//! `text_enum!`: a closed list of words that is the same in Rust, JSON, the API document and a Text column.

/// Declares an enum whose variants are words: `text_enum! { /// doc  pub enum Status { Draft = "draft" } }`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $Name:ident { $($(#[$vmeta:meta])* $Variant:ident = $word:tt),+ $(,)? }) => {
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
            ::utoipa::ToSchema, ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        $(#[$meta])*
        pub enum $Name {
            $($(#[$vmeta])* #[serde(rename = $word)] $Variant,)+
        }

        impl $Name {
            /// Every value, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The word for this value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $word),+ }
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $Name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$Variant),)+
                    other => Err(format!("{other:?} is none of: {}", [$($word),+].join(", "))),
                }
            }
        }

        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $Name
        where
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                Ok(String::from_sql(raw)?.parse::<Self>()?)
            }
        }

        impl<DB: ::diesel::backend::Backend> ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB> for $Name
        where
            str: ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut ::diesel::serialize::Output<'b, '_, DB>) -> ::diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }
    };
}
