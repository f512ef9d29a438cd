import { createHmac } from 'node:crypto'
import { isSameSecret } from '../../core/secrets.ts'

const MAC_LENGTH = 16

/**
 * The name of a topic's picture: its query and a signature. Only pages of results name pictures, and how many of those
 * one network may ask for is limited, so a stranger cannot have any number of topics drawn.
 */
export const topicImageName = (query: string, [secret = '']: readonly string[]): string =>
  `${Buffer.from(query).toString('base64url')}.${macOf(query, secret)}`

/** Undefined unless `topicImageName` wrote it with one of the secrets. */
export function queryOfImageName(name: string, secrets: readonly string[]): string | undefined {
  const [encoded = '', mac = ''] = name.split('.')
  const query = Buffer.from(encoded, 'base64url').toString()
  return secrets.some((secret) => isSameSecret(macOf(query, secret), mac)) ? query : undefined
}

const macOf = (query: string, secret: string): string =>
  createHmac('sha256', secret).update(`share image: ${query}`).digest('base64url').slice(0, MAC_LENGTH)
