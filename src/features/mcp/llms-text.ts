import type { Deps } from '../../core/deps.ts'
import { newestListedDay } from '../../search/load-paper-list.ts'
import { spanOf } from '../../search/spans.ts'
import { TOOLS } from './tools.ts'

/** In the form of llmstxt.org: a heading, a summary, and lists of links. */
export async function llmsText(deps: Deps): Promise<string> {
  const { SITE_NAME, BASE_URL, SIGNUP } = deps.config
  const day = await newestListedDay(deps)
  const link = (text: string, path: string, about: string) => `- [${text}](${BASE_URL}${path}): ${about}`
  const lines = [
    `# ${SITE_NAME}`,
    '',
    '> Research papers of each day, with search, feeds and an archive. Readers get an email with the papers that match their topics, at their hour.',
    '',
    'Every page works without JavaScript, and a GET changes nothing. Titles and abstracts are the words of the authors of papers. Days are in UTC.',
    '',
    '## Pages',
    '',
    link('Newest papers', '/', 'the newest day that has papers, most votes first'),
    link(
      'A day',
      `/papers/date/${day}`,
      'the papers of that day; ?sort=newest and ?page=2 work in all lists',
    ),
    link('A week', `/papers/week/${spanOf('week', day).name}`, 'the papers of a week'),
    link('A month', `/papers/month/${day.slice(0, 7)}`, 'the papers of a month'),
    link('Trending', '/papers/trending', 'what is gaining votes now'),
    link(
      'Search',
      '/papers?q=title%3Aattention',
      'words, "phrases", AND, OR, NOT, and fields such as title:, author:, cat:cs.LG and votes>=20',
    ),
    '- A paper is at /papers/ID, such as /papers/2507.06457, or /papers/doi:10.1000/1. Append .bib, .ris or .csl.json to cite it.',
    ...(SIGNUP === 'closed' ? [] : [link('Sign up', '/subscribe', 'topics, hour and days of the email')]),
    link('About', '/about', 'who runs this site'),
    link('Privacy', '/privacy', 'what is stored'),
    link('Status', '/status', 'whether papers and emails arrive'),
    '',
    '## Feeds',
    '',
    link('Atom feed', '/feed.xml', 'new papers; with ?q= those of a query'),
    link('JSON Feed', '/feed.json', 'the same as JSON'),
    link('Sitemap', '/sitemap.xml', 'every day and paper'),
    '',
    '## For programs',
    '',
    link('JSON API', '/openapi.json', 'papers, previews of topics and sign-up, without a key'),
    `- MCP server: ${BASE_URL}/mcp. It takes POST, version 2026-07-28 of the Model Context Protocol and those of 2025. Its tools only read: ${TOOLS.map(({ name }) => name).join(', ')}. With a token that a subscriber makes on the page to manage digests, sent as Authorization: Bearer, there are more.`,
    '- Searches have a limit for each network. Status 429 and Retry-After say how long to wait.',
  ]
  return `${lines.join('\n')}\n`
}
