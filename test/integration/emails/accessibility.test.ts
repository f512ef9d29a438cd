import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/emails.ts'
import { launchBrowser } from '../../support/browser.ts'
import { digest, paper, samples, section, site } from '../../support/mails.ts'

const emails = await openEmails(site)
const browser = await launchBrowser()
afterAll(() => browser?.close())

// A mail stands inside somebody else's page: it is an article there, and has no landmarks of its own.
const RULES_FOR_PAGES = ['landmark-one-main', 'region']

const crowded = paper({
  title: [
    {
      text: `A Title without End ${'Supercalifragilisticexpialidocious'.repeat(4)} 大语言模型的线性注意力`,
      marked: false,
    },
  ],
  authors: ['欧阳修', ...Array.from({ length: 99 }, (_, i) => `Author ${i}`)],
  codeUrl: 'https://github.com/a/b',
  comments: 4,
})

const mails = {
  digest: emails.digest(samples.digest),
  'digest of titles': emails.digest({ ...samples.digest, detail: 'titles' }),
  'weekly digest': emails.digest(
    digest({ sections: [section('diffusion', 3)], week: { from: '2026-11-17', to: '2026-11-23' } }),
  ),
  'digest of the best': emails.digest(digest({ sections: [section(null, 3)], bestOf: '2026-11-23' })),
  confirmation: emails.confirmation(samples.confirmation),
  'add-topics': emails.addTopics(samples.addTopics),
  'crowded digest': emails.digest(
    digest({ sections: [{ topic: 'x'.repeat(200), topicId: 31, papers: [crowded] }], more: 3 }),
  ),
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.for(Object.entries(mails))('%s', async ([, { html }], context) => {
    if (!browser) return context.skip('no browser on this machine')
    const opened = await browser.newContext({ colorScheme, viewport: { width: 375, height: 800 } })
    const page = await opened.newPage()
    await page.setContent(html!)
    const { violations } = await new AxeBuilder({ page }).disableRules(RULES_FOR_PAGES).analyze()
    const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    const shade = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    await opened.close()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    expect(sideways).toBe(0)
    expect(shade).toBe(colorScheme === 'dark' ? 'rgb(23, 23, 21)' : 'rgb(250, 248, 244)')
  })
})
