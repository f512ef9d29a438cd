import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fault, undefinedIfThrown } from '../core/errors.ts'

/** In bytes: 5 MB, and the other fields of the form. Other types of bodies, which are slow to read, have BODY_LIMIT. */
const MULTIPART_LIMIT = 5_250_000
const MAX_PARTS = 500

/**
 * Reads forms with files as other forms: the file NAME is its text in NAME-file, in UTF-16 with a byte order mark, in UTF-8
 * or else Windows-1252.
 */
export function acceptFiles(app: FastifyInstance): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: MULTIPART_LIMIT },
    async (request: FastifyRequest, body: Buffer) => {
      const headers = { 'content-type': request.headers['content-type']! }
      const [, boundary = ''] = /boundary="?([^";]+)/i.exec(headers['content-type']) ?? []
      if (countOf(`\r\n--${boundary}`, body, MAX_PARTS) === MAX_PARTS)
        throw new Fault('request.unreadable', { what: 'multipart' })
      const form = await new Response(new Uint8Array(body), { headers }).formData().catch((cause) => {
        throw new Fault('request.unreadable', { what: 'multipart' }, { cause })
      })
      const fields: Record<string, string[]> = Object.create(null)
      for (const [name, value] of form) {
        const [field, text] =
          typeof value === 'string' ? [name, value] : [`${name}-file`, decode(await value.arrayBuffer())]
        fields[field] ??= []
        fields[field].push(text)
      }
      return Object.fromEntries(
        Object.entries(fields).map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
      )
    },
  )
}

/** How often a text occurs, up to `most`. */
function countOf(text: string, body: Buffer, most: number): number {
  let count = 0
  for (let at = body.indexOf(text); at >= 0 && count < most; at = body.indexOf(text, at + 1)) count++
  return count
}

function decode(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const text = undefinedIfThrown(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  return text ?? new TextDecoder('windows-1252').decode(bytes)
}
