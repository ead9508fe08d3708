// A value that JSON can carry.

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
