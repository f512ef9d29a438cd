import { type DigestEmail, type DigestView, digestView } from './digest-view.ts'
import type { RenderedEmail, SiteIdentity } from './email.ts'
import { encodedSize } from './encoded-size.ts'
import type { Detail } from './paper-view.ts'
import type { Template } from './template.ts'

/** Mail clients cut an HTML part off at 102 kB, and with it the footer. In bytes as sent. */
export const HTML_BUDGET = 95_000

const FULL: Detail = { title: 400, snippet: 4_000 }
// Titles alone keep within the budget whatever 25 papers hold.
const BARE: Detail = { title: 160, alone: true }
const DETAILS: Detail[] = [FULL, { title: 400, snippet: 300 }, { title: 250, snippet: 120 }]

/** The fullest form of a digest whose HTML keeps within the budget; text alone has none. */
export function renderDigest(
  template: Template<DigestView>,
  site: SiteIdentity,
  email: DigestEmail,
): RenderedEmail {
  const render = (detail: Detail) => template.render(digestView(site, email, detail))
  if (email.format === 'text') {
    const { subject, text } = render(FULL)
    return { subject, text }
  }
  const fits = ({ html }: { html: string }) => encodedSize(html) < HTML_BUDGET
  return DETAILS.values().map(render).find(fits) ?? render(BARE)
}
