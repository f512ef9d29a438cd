import { createReadStream } from 'node:fs'
import { Fault } from '../../core/errors.ts'

const MEGABYTE = 1024 * 1024
const MAX_MEGABYTES = 10

/**
 * Decodes the bytes of a file as UTF-8, or as Latin-1 if they are not UTF-8. Throws bounces.empty, bounces.not-text.
 */
export function textOfBytes(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) throw new Fault('bounces.not-text', { file })
  const text = decoded(bytes)
  if (text.trim() === '') throw new Fault('bounces.empty', { file })
  return text
}

/** Reads a file, or the standard input for "-". Throws bounces.no-file, bounces.too-large. */
export async function readBytes(file: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of file === '-' ? process.stdin : createReadStream(file)) {
      size += piece.length
      if (size > MAX_MEGABYTES * MEGABYTE) throw new Fault('bounces.too-large', { file, most: MAX_MEGABYTES })
      pieces.push(piece)
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('bounces.no-file', { file }, { cause })
  }
  return Buffer.concat(pieces)
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
