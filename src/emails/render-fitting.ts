import { encodedSize } from '../mail/templates/encoded-size.ts'
import type { RenderedEmail, Template } from '../mail/templates/template.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { PaperDetail } from './paper-view.ts'

/** Mail clients cut an HTML part off at 102 kB, and the footer with it. In bytes as sent. */
export const HTML_BUDGET = 95_000

const WHOLE: PaperDetail = { title: 400, reason: 240, body: { snippet: 4_000 } }
const SHORTER: PaperDetail[] = [
  WHOLE,
  { title: 400, reason: 240, body: { snippet: 300 } },
  { title: 160, reason: 120, body: { snippet: 120 } },
]
const TITLES: PaperDetail = { title: 400, reason: 90 }
// Stays within the budget whatever 25 papers contain.
const BARE: PaperDetail = { title: 160, reason: 0 }

interface Chosen {
  format: MailFormat
  detail: MailDetail
}

/** Renders an email with papers in the subscriber's format, with the most detail whose HTML is within the budget. */
export function renderFitting<View extends object>(
  template: Template<View>,
  { format, detail }: Chosen,
  viewOf: (detail: PaperDetail) => View,
): RenderedEmail {
  const details = detail === 'titles' ? [TITLES] : SHORTER
  if (format === 'text') return template.renderText(viewOf(details[0]!))
  const render = (one: PaperDetail) => template.render(viewOf(one))
  const fits = ({ html }: { html: string }) => encodedSize(html) < HTML_BUDGET
  return details.values().map(render).find(fits) ?? render(BARE)
}
