//! The numbers that have names.
//!
//! Messages carry them as `i32`, because a peer may send a number that this version does not
//! know and that must be answered, not refused; these types name the ones that exist.

macro_rules! wire_enum {
    ($(
        $(#[$meta:meta])*
        enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $number:literal ),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum $name { $( $(#[$variant_meta])* $variant = $number, )* }

        impl $name {
            /// All of them, by number.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> i32 {
                value as i32
            }
        }

        /// Gives the number back when nothing has it.
        impl TryFrom<i32> for $name {
            type Error = i32;

            fn try_from(number: i32) -> Result<Self, i32> {
                match number {
                    $( $number => Ok(Self::$variant), )*
                    other => Err(other),
                }
            }
        }
    )*};
}

wire_enum! {
    /// How a filter's pattern is compared with a key. An empty pattern matches everything.
    enum FilterType {
        /// Everything passes.
        NoFilter = 0,
        /// The pattern stands somewhere in the key.
        MatchAnywhere = 1,
        /// The key starts with the pattern.
        MatchPrefix = 2,
        /// The key ends with the pattern.
        MatchPostfix = 3,
    }

    /// What a check-and-set or check-and-mutate asks of the checked value.
    enum CheckType {
        /// Always passes.
        NoCheck = 0,
        /// There is no value.
        ValueNotExist = 1,
        /// There is no value, or an empty one.
        ValueNotExistOrEmpty = 2,
        /// There is a value.
        ValueExist = 3,
        /// There is a value that is not empty.
        ValueNotEmpty = 4,
        /// The value contains the operand.
        ValueMatchAnywhere = 5,
        /// The value starts with the operand.
        ValueMatchPrefix = 6,
        /// The value ends with the operand.
        ValueMatchPostfix = 7,
        /// The value sorts before the operand, as unsigned bytes.
        ValueBytesLess = 8,
        /// The value sorts before the operand or equals it.
        ValueBytesLessOrEqual = 9,
        /// The value equals the operand.
        ValueBytesEqual = 10,
        /// The value sorts after the operand or equals it.
        ValueBytesGreaterOrEqual = 11,
        /// The value sorts after the operand.
        ValueBytesGreater = 12,
        /// The value, a decimal integer, is less than the operand.
        ValueIntLess = 13,
        /// The value, a decimal integer, is at most the operand.
        ValueIntLessOrEqual = 14,
        /// The value, a decimal integer, equals the operand.
        ValueIntEqual = 15,
        /// The value, a decimal integer, is at least the operand.
        ValueIntGreaterOrEqual = 16,
        /// The value, a decimal integer, is greater than the operand.
        ValueIntGreater = 17,
    }

    /// What one step of a check-and-mutate does.
    enum MutateOperation {
        /// Sets a value.
        Put = 0,
        /// Deletes a row.
        Delete = 1,
    }

    /// The state of a table.
    enum AppStatus {
        /// In requests: any state.
        Invalid = 0,
        /// Serving.
        Available = 1,
        /// Being created.
        Creating = 2,
        /// No longer used.
        CreateFailed = 3,
        /// Being dropped.
        Dropping = 4,
        /// No longer used.
        DropFailed = 5,
        /// Dropped, perhaps still to be recalled.
        Dropped = 6,
        /// Being recalled.
        Recalling = 7,
    }

    /// The state of a replica server.
    enum NodeStatus {
        /// In requests: any state.
        Invalid = 0,
        /// Answering the failure detector.
        Alive = 1,
        /// Not answering.
        Unalive = 2,
    }

    /// What a change of table envs does.
    enum AppEnvOperation {
        /// Nothing: refused.
        Invalid = 0,
        /// Sets keys.
        Set = 1,
        /// Deletes keys.
        Del = 2,
        /// Deletes all keys under a prefix.
        Clear = 3,
    }

    /// How a pattern of table names is compared.
    enum PatternMatchType {
        /// Nothing.
        Invalid = 0,
        /// Every name.
        MatchAll = 1,
        /// The name itself.
        MatchExact = 2,
        /// Somewhere in the name.
        MatchAnywhere = 3,
        /// The start of the name.
        MatchPrefix = 4,
        /// The end of the name.
        MatchPostfix = 5,
        /// A regular expression: servers do not have it.
        MatchRegex = 6,
    }

    /// A step of the security negotiation.
    enum NegotiationStatus {
        /// None.
        Invalid = 0,
        /// Client: which mechanisms are there?
        ListMechanisms = 1,
        /// Server: these.
        ListMechanismsResp = 2,
        /// Client: this one.
        SelectMechanisms = 3,
        /// Server: agreed.
        SelectMechanismsResp = 4,
        /// Client: the first token.
        Initiate = 5,
        /// Server: a challenge.
        Challenge = 6,
        /// Client: the answer to it.
        ChallengeResp = 7,
        /// Server: done.
        Succ = 8,
        /// Server: authentication is switched off here.
        AuthDisable = 9,
        /// Server: refused.
        AuthFail = 10,
    }
}
