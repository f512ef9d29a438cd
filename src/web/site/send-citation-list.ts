import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { CITATION_TYPES, type CitationFormat, type CitedPaper, citationPieces } from './citations.ts'

interface CitationFile {
  format: CitationFormat
  /** Without the extension; letters, digits, dots and hyphens. */
  name: string
  papers: Iterable<CitedPaper> | AsyncIterable<CitedPaper>
  baseUrl: string
}

/** Sends a list as a file to save. It is written as fast as the client reads it, so a long one takes little memory. */
export const sendCitationList = (
  reply: FastifyReply,
  { format, name, papers, baseUrl }: CitationFile,
): FastifyReply =>
  reply
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .type(CITATION_TYPES[format])
    .send(Readable.from(citationPieces(format, papers, baseUrl), { objectMode: false }))
