// Keeps papers in this browser. Nothing is sent.
{
  const KEY = 'kept-papers'
  const MAX_KEPT = 500

  const isPaper = (one) =>
    typeof one?.path === 'string' && one.path.startsWith('/papers/') && typeof one.title === 'string'

  const read = () => {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY) ?? '[]')
      return Array.isArray(stored) ? stored.filter(isPaper) : []
    } catch {
      return []
    }
  }

  /** False if the browser stores nothing. */
  const write = (papers) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(papers.slice(0, MAX_KEPT)))
      return true
    } catch {
      return false
    }
  }

  const canStore = () => {
    try {
      return localStorage.length >= 0
    } catch {
      return false
    }
  }

  const isKept = (path) => read().some((paper) => paper.path === path)
  const remove = (path) => write(read().filter((paper) => paper.path !== path))
  const keep = (paper) => write([paper, ...read().filter(({ path }) => path !== paper.path)])

  const titleOf = (element) =>
    element.closest('article')?.querySelector('h1, h2, h3, h4')?.textContent.trim() ?? ''

  const button = (text, classes, press) => {
    const made = document.createElement('button')
    made.type = 'button'
    made.className = classes
    made.textContent = text
    made.addEventListener('click', press)
    return made
  }

  /** Replaces a link to sign up by a button that keeps the paper here. */
  const replaceLink = (link) => {
    const { keep: path, kept: keptText, list, all } = link.dataset
    const keepText = link.textContent
    const title = titleOf(link)
    const toList = document.createElement('a')
    toList.href = list
    toList.textContent = all
    const pressed = button(keepText, link.className || 'as-link', () => {
      const done = isKept(path) ? remove(path) : keep({ path, title, at: new Date().toISOString() })
      if (done) show()
    })
    const show = () => {
      const kept = isKept(path)
      const text = kept ? keptText : keepText
      pressed.textContent = text
      // A list has many such buttons.
      pressed.setAttribute('aria-label', `${text}: ${title}`)
      if (kept) pressed.after(' ', toList)
      else toList.remove()
    }
    show()
    addEventListener('storage', show)
    link.replaceWith(pressed)
    show()
  }

  const fact = (...content) => {
    const item = document.createElement('li')
    item.append(...content)
    return item
  }

  /** Lists the papers that this browser keeps. */
  const showList = (place) => {
    const none = document.getElementById('kept-none')
    const said = document.getElementById('kept-said')
    const article = (paper) => {
      const made = document.createElement('article')
      made.className = 'paper card'
      const heading = document.createElement('h2')
      const link = document.createElement('a')
      link.href = paper.path
      link.textContent = paper.title || paper.path
      heading.append(link)
      const facts = document.createElement('ul')
      facts.className = 'facts'
      const removing = button(place.dataset.remove, 'as-link', () => {
        if (!remove(paper.path)) return
        said.textContent = place.dataset.removed
        const undoing = button(place.dataset.undo, 'as-link', () => {
          if (!keep(paper)) return
          said.textContent = ''
          facts.replaceChildren(fact(removing))
          removing.focus()
        })
        undoing.setAttribute('aria-label', `${place.dataset.undo}: ${paper.title}`)
        facts.replaceChildren(fact(place.dataset.removed), fact(undoing))
        undoing.focus()
      })
      removing.setAttribute('aria-label', `${place.dataset.remove}: ${paper.title}`)
      facts.append(fact(removing))
      made.append(heading, facts)
      return made
    }
    const show = () => {
      const papers = read()
      none.hidden = papers.length > 0
      place.replaceChildren(...papers.map(article))
    }
    document.getElementById('kept-without-script').hidden = true
    show()
    addEventListener('storage', show)
  }

  // Without storage, the links lead to the form to sign up.
  if (canStore()) for (const link of document.querySelectorAll('a[data-keep]')) replaceLink(link)
  const list = document.getElementById('kept-papers')
  if (list) showList(list)
}
