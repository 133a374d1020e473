/** Bytes. */
export const sha1Length = 20;

/** A SHA-1 in the making; Node's own `Hash` is one. Given from outside, so that this room knows no cryptography. */
export type Sha1 = { update(data: Uint8Array): unknown; digest(): Uint8Array };
export type CreateSha1 = () => Sha1;
