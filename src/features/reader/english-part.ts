import type { FastifyRequest } from 'fastify'
import type { PagePart } from '../../web/page-parts.ts'

/** What came of the button of this part, as the page shows it. */
export interface ShownEnglish {
  /** Names the model; empty without an offer. */
  heading: string
  /** `topic`: as typed. `field`: what its button sends. */
  offers: { topic: string; use: string; field: string; rate: string }[]
  notes: string[]
}

const NOTHING: ShownEnglish = { heading: '', offers: [], notes: [] }
const shown = new WeakMap<FastifyRequest, ShownEnglish>()

/** What the forms of the response to this request show. */
export const showEnglish = (request: FastifyRequest, english: ShownEnglish): void =>
  void shown.set(request, english)

/** The button that asks for topics in English, and above the field what the reader wrote. */
export const englishPart: PagePart = {
  templates: {
    'before-topics': new URL('english-offers.eta', import.meta.url),
    'after-topics': new URL('english-button.eta', import.meta.url),
  },
  // Without a reader there are no routes.
  view: (request) => ({
    ...NOTHING,
    ...shown.get(request),
    isOn: request.server.hasRoute({ method: 'POST', url: '/subscribe/english' }),
  }),
}
