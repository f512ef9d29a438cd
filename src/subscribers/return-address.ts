import { createHmac, timingSafeEqual } from 'node:crypto'

/** What mail to such an address is: something that came back for a message, or a wish to unsubscribe. */
export type ReturnPurpose = 'bounce' | 'unsubscribe'

export interface ReturnAddress {
  purpose: ReturnPurpose
  /** The message's id for bounce, the subscriber's for unsubscribe. */
  id: string
}

const LETTERS = { bounce: 'b', unsubscribe: 'u' } as const
/** Ids are random bits as base64url: 96 of a message, 80 of a subscriber. */
const ID_BYTES = { bounce: 12, unsubscribe: 10 } as const
const MAC_BYTES = 10

/**
 * The token in the local part of such an address: id and MAC as hexadecimal, since some servers fold the case of local
 * parts and RFC 5321 gives them 64 bytes.
 */
export function returnToken({ purpose, id }: ReturnAddress, secret: string): string {
  const bytes = Buffer.from(id, 'base64url')
  if (bytes.length !== ID_BYTES[purpose]) throw new RangeError(`id of ${bytes.length} bytes`)
  return Buffer.concat([bytes, mac(purpose, bytes, secret)]).toString('hex')
}

/** `b+…@domain` as envelope sender of one message (VERP), `u+…@domain` for unsubscribing by mail. */
export const returnAddress = (address: ReturnAddress, secret: string, domain: string): string =>
  `${LETTERS[address.purpose]}+${returnToken(address, secret)}@${domain}`

/** Whom a token names; undefined where it is forged, cut off, or of no secret that we hold. */
export function readReturnToken(
  token: string,
  purpose: ReturnPurpose,
  secrets: readonly string[],
): ReturnAddress | undefined {
  const length = ID_BYTES[purpose]
  if (token.length !== 2 * (length + MAC_BYTES) || !/^[0-9a-f]+$/i.test(token)) return undefined
  const bytes = Buffer.from(token, 'hex')
  const [id, signed] = [bytes.subarray(0, length), bytes.subarray(length)]
  const isOurs = secrets.some((secret) => timingSafeEqual(mac(purpose, id, secret), signed))
  return isOurs ? { purpose, id: id.toString('base64url') } : undefined
}

/** The same for an address, whatever its domain and case. */
export function readReturnAddress(address: string, secrets: readonly string[]): ReturnAddress | undefined {
  const [, letter = '', token = ''] = /^([bu])\+([0-9a-f]+)@/i.exec(address) ?? []
  const purpose = letter.toLowerCase() === LETTERS.unsubscribe ? 'unsubscribe' : 'bounce'
  return readReturnToken(token, purpose, secrets)
}

/** Whether an address is of that form, right or wrong. */
export const isReturnAddress = (address: string): boolean => /^[bu]\+/i.test(address)

const mac = (purpose: ReturnPurpose, id: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(`return:${purpose}:`).update(id).digest().subarray(0, MAC_BYTES)
