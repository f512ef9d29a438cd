import { createHmac, timingSafeEqual } from 'node:crypto'

/** The purpose of an email to such an address: a bounce of a message, or a request to unsubscribe. */
export type ReturnPurpose = 'bounce' | 'unsubscribe'

interface ReturnAddress {
  purpose: ReturnPurpose
  /** The message's id for bounce, the subscriber's for unsubscribe. */
  id: string
}

const LETTERS = { bounce: 'b', unsubscribe: 'u' } as const
/** Ids are random bits as base64url: 96 for a message, 80 for a subscriber. */
const ID_BYTES = { bounce: 12, unsubscribe: 10 } as const
const RETURN_MAC_BYTES = 10

/**
 * The token in the local part of such an address: id and MAC as hexadecimal, since some servers change the case of
 * local parts and RFC 5321 limits them to 64 bytes.
 */
export function returnToken({ purpose, id }: ReturnAddress, secret: string): string {
  const bytes = Buffer.from(id, 'base64url')
  if (bytes.length !== ID_BYTES[purpose]) throw new RangeError(`id of ${bytes.length} bytes`)
  return Buffer.concat([bytes, returnMac(purpose, bytes, secret)]).toString('hex')
}

/** `b+…@domain` as envelope sender of one message (VERP), `u+…@domain` for unsubscribing by email. */
export const returnAddress = (address: ReturnAddress, secret: string, domain: string): string =>
  `${LETTERS[address.purpose]}+${returnToken(address, secret)}@${domain}`

/** The purpose and id in a token; undefined if it is forged, cut off, or made with a secret that we do not have. */
export function readReturnToken(
  token: string,
  purpose: ReturnPurpose,
  secrets: readonly string[],
): ReturnAddress | undefined {
  const length = ID_BYTES[purpose]
  if (token.length !== 2 * (length + RETURN_MAC_BYTES) || !/^[0-9a-f]+$/i.test(token)) return undefined
  const bytes = Buffer.from(token, 'hex')
  const [id, signed] = [bytes.subarray(0, length), bytes.subarray(length)]
  const isOurs = secrets.some((secret) => timingSafeEqual(returnMac(purpose, id, secret), signed))
  return isOurs ? { purpose, id: id.toString('base64url') } : undefined
}

/** The purpose and id in an address, with any domain and in any case; undefined as for `readReturnToken`. */
export function readReturnAddress(address: string, secrets: readonly string[]): ReturnAddress | undefined {
  const [, letter = '', token = ''] = /^([bu])\+([0-9a-f]+)@/i.exec(address) ?? []
  const purpose = letter.toLowerCase() === LETTERS.unsubscribe ? 'unsubscribe' : 'bounce'
  return readReturnToken(token, purpose, secrets)
}

/** Whether an address has that form, valid or not. */
export const isReturnAddress = (address: string): boolean => /^[bu]\+/i.test(address)

const returnMac = (purpose: ReturnPurpose, id: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(`return:${purpose}:`).update(id).digest().subarray(0, RETURN_MAC_BYTES)
