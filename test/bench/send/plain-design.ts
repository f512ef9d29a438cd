// What one would write first: for each subscriber a query that matches in SQL, MJML compiled once, nodemailer's pool and an
// update. It keeps no ledger and promises nothing. Each subscriber gets as many papers as our digest has for them.
import { Eta } from 'eta'
import mjml2html from 'mjml'
import { createTransport } from 'nodemailer'
import pg from 'pg'
import { measuredProgram } from './measured-program.ts'

interface Input {
  url: string
  port: number
  connections: number
  emails: number
}

const TABLES = `
  create table bench_paper as
    select p.id, title, abstract, array_to_string(authors[1:3], ', ') as authors, max(coalesce(l.votes, 0)) as votes,
      to_tsvector('english', title || ' ' || abstract) as words
    from paper p join listing l on l.paper_id = p.id group by p.id;
  create table bench_subscriber as
    select m.id, m.to_address as address, cardinality(d.papers) as papers, null::timestamptz as sent_at,
      array(select q.text from topic t join query q on q.id = t.query_id where t.subscriber_id = d.subscriber_id) as topics
    from digest d join message m on m.digest_id = d.id order by d.id;
  alter table bench_subscriber add primary key (id);
  analyze bench_paper, bench_subscriber`
const MATCH = `
  select id, title, abstract, authors, votes from bench_paper
  order by (select max(ts_rank(words, websearch_to_tsquery('english', topic))) from unnest($1::text[]) topic) desc nulls last,
    votes desc limit $2`
const PAPER = `
  <mj-text font-size="18px"><a href="https://bench.example/papers/<%= paper.id %>"><%= paper.title %></a></mj-text>
  <mj-text color="#666"><%= paper.authors %> · <%= paper.votes %> votes · matches <%= it.topics.join(', ') %></mj-text>
  <mj-text><%= paper.abstract %></mj-text>`
const LAYOUT = `<mjml><mj-body><mj-section><mj-column>
  <mj-text font-size="24px">Daily Papers</mj-text>
  <mj-raw><% for (const paper of it.papers) { %></mj-raw>${PAPER}<mj-raw><% } %></mj-raw>
  <mj-text><a href="https://bench.example/unsubscribe/<%= it.id %>">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>`
const TEXT = `<% for (const paper of it.papers) { %>\n<%= paper.title %>\n<%= paper.authors %>\n<%= paper.abstract %>\n<% } %>`

await measuredProgram<Input>(async ({ url, port, connections, emails }) => {
  const db = new pg.Pool({ connectionString: url, max: connections })
  await db.query(TABLES)
  const eta = new Eta()
  const html = eta.compile((await mjml2html(LAYOUT)).html)
  const text = eta.compile(TEXT)
  const pool = createTransport({
    ...{ host: '127.0.0.1', port, ignoreTLS: true },
    ...{ pool: true, maxConnections: connections, maxMessages: Number.POSITIVE_INFINITY },
  })
  const { rows: people } = await db.query('select * from bench_subscriber limit $1', [emails])
  let [begun, bytes] = [0, 0]
  const sendAll = async () => {
    while (begun < people.length) {
      const person = people[begun++]
      const { rows: papers } = await db.query({
        name: 'match',
        text: MATCH,
        values: [person.topics, person.papers],
      })
      const data = { ...person, papers }
      const email = { subject: papers[0].title, html: eta.render(html, data), text: eta.render(text, data) }
      const headers = { 'List-Unsubscribe': `<https://bench.example/unsubscribe/${person.id}>` }
      const sent = await pool.sendMail({
        from: 'papers@bench.example',
        to: person.address,
        headers,
        ...email,
      })
      bytes += sent.messageSize!
      await db.query('update bench_subscriber set sent_at = now() where id = $1', [person.id])
    }
  }
  return {
    run: async () => {
      await Promise.all(Array.from({ length: 2 * connections }, sendAll))
      return { emails: people.length, bytes: Math.round(bytes / people.length) }
    },
    close: async () => {
      pool.close()
      await db.end()
    },
  }
})
