import { errorEntries } from '../../core/error-table.ts'

export const mcpErrors = {
  ...errorEntries(400, 1, {
    'mcp.batch': 'This address takes one JSON-RPC message in each request, not a list. Send them one by one.',
    'mcp.same-topic': 'The topic already has this query.',
    'mcp.long-proposal':
      'The query has {length} characters in a link, and a proposal takes up to {most}. Propose a shorter one.',
  }),
  ...errorEntries(401, 1, {
    'mcp.wrong-token':
      'The token is not valid, or its owner revoked it. Make a new one on the page to manage your digests, which every digest links to.',
    'mcp.needs-token':
      'This tool is for subscribers: send the header "Authorization: Bearer" with a token from the page to manage your digests, which every digest links to.',
  }),
  ...errorEntries(403, 1, {
    'mcp.other-origin':
      'The request comes from a page of another site: its Origin is not {origin}. Use a program that sends no Origin.',
  }),
  ...errorEntries(404, 1, {
    'mcp.unknown-tool': 'There is no tool "{name}". The tools are {known}.',
    'mcp.no-digest': 'No digest of {date} is kept for you. Leave out the date for the newest one.',
    'mcp.no-digest-yet': 'You have no digest yet.',
    'mcp.no-topic': 'You have no topic {id}. The result of my_digest and of why lists your topics.',
    'mcp.no-topics': 'You have no topics yet. Add the first one on the page to manage your digests.',
  }),
  ...errorEntries(409, 1, {
    'mcp.too-many-tokens': 'You have {most} tokens, the maximum. Revoke one first.',
  }),
  ...errorEntries(410, 1, {
    'mcp.proposal-ended':
      'This proposal no longer works: it is older than a week, or its topic or the token of the agent is gone. Ask the agent for a new one.',
  }),
}
