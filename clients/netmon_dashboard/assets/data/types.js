/**
 * @file The shapes of what the store holds. Types only: nothing is exported at run time.
 *
 * Times are Unix seconds of the collector's clock, rates are bytes per second, `sent` and `received` are captured IP
 * bytes. The objects of applications, processes and connections keep their identity from tick to tick, through a
 * "full" and through a restart of the dashboard: hold the object (or its `id`), not its place in a list.
 */

/**
 * @typedef {object} Sample One interval of an application.
 * @property {number} time end of the interval
 * @property {number} interval seconds
 * @property {number} sent bytes within the interval
 * @property {number} received bytes within the interval
 */

/**
 * @typedef {object} TopEntry
 * @property {number} n of the application, which may be gone
 * @property {string} name
 * @property {number} sent bytes within the point's interval
 * @property {number} received
 */

/**
 * @typedef {object} Point One interval of the machine, loopback left out of sent and received.
 * @property {number} time end of the interval
 * @property {number} interval seconds
 * @property {number} sent bytes within the interval
 * @property {number} received
 * @property {number} loopback bytes within the interval
 * @property {number} dropped packets
 * @property {TopEntry[]} top at most three
 */

/**
 * @typedef {object} App
 * @property {number} n
 * @property {string} id
 * @property {string} name
 * @property {string} path
 * @property {string} icon URL path, or ""
 * @property {string[]} users
 * @property {number|null} first
 * @property {boolean} isBrowser
 * @property {number} sent bytes since the statistics were cleared
 * @property {number} received
 * @property {number} sentRate
 * @property {number} receivedRate
 * @property {number} connections
 * @property {number} listening
 * @property {number} processes
 * @property {number} remotes
 * @property {Sample[]} spark the last 60 s, oldest first, silent intervals too; empty when none had traffic
 */

/**
 * @typedef {object} Process
 * @property {number} n
 * @property {number} pid
 * @property {string} name
 * @property {string} executable
 * @property {string} user
 * @property {number|null} uid
 * @property {number|null} parentPid
 * @property {string} parentName
 * @property {string} commandLine
 * @property {string} unit
 * @property {string} container
 * @property {number|null} start
 * @property {App|null} app
 */

/**
 * @typedef {object} Row A connection.
 * @property {number} n
 * @property {string} id
 * @property {App|null} app
 * @property {Process|null} proc
 * @property {string} protocol
 * @property {string} localAddress
 * @property {number|null} localPort
 * @property {string} remoteAddress "" where there is no other end
 * @property {number|null} remotePort
 * @property {string} direction
 * @property {string} scope
 * @property {string} interface
 * @property {string} domain
 * @property {string} domainSource
 * @property {string} unit
 * @property {string} container
 * @property {string} state
 * @property {number|null} start
 * @property {boolean} startedBefore
 * @property {number|null} last of the last packet; within an interval of it while the row moves
 * @property {number|null} end null while it is open
 * @property {number} sent bytes since the statistics were cleared
 * @property {number} received
 * @property {number} sentRate
 * @property {number} receivedRate
 * @property {string} ownerMethod
 * @property {string} ownerConfidence
 * @property {string} reason why it has no owner, or ""
 * @property {string[]} holders
 * @property {boolean} isNetmon
 * @property {string} remainder what a row without ends stands for, or ""
 * @property {number|null} rttMilliseconds of TCP, three significant digits
 * @property {number|null} retransmits packets that TCP sent again
 * @property {number|null} sentPayload bytes that the kernel counts of the socket; null where packets of it were captured
 * @property {number|null} receivedPayload
 * @property {string} unnamedReason why it has no domain, or did not tell it itself; ""
 */

/**
 * @typedef {object} DomainPart What one application moved with a domain since the statistics were cleared.
 * @property {App|null} app null: nobody is known, or it is gone
 * @property {string} name "" where nobody is known
 * @property {number} sent @property {number} received
 */

/**
 * @typedef {object} Domain
 * @property {number} n
 * @property {string} name in full
 * @property {string} registrable
 * @property {string} source the surest that its connections had it from
 * @property {boolean} isOthers it stands for all that were not kept apart
 * @property {number|null} first
 * @property {number|null} last
 * @property {number} sent bytes since the statistics were cleared
 * @property {number} received
 * @property {number} sentRate
 * @property {number} receivedRate
 * @property {number} connections that are open
 * @property {DomainPart[]} apps
 */

/**
 * @typedef {object} Unattributed
 * @property {string} reason
 * @property {number} sentRate
 * @property {number} receivedRate
 * @property {number} sent
 * @property {number} received
 * @property {number} count
 */

/**
 * @typedef {object} Listener
 * @property {App|null} app
 * @property {string} name
 * @property {string} protocol
 * @property {number|null} port
 * @property {string} user
 */

/**
 * @typedef {object} Mark
 * @property {number} time
 * @property {"restart"|"cleared"|"stopped"|"started"|"interface"|"gap"|"drops"} kind
 * @property {string} text
 */

/**
 * @typedef {object} View What this tab is set to; all but `paused` are kept: the units and the rate in the browser, `hideNames` in the tab.
 * @property {"si"|"bit"|"iec"} units
 * @property {number} refreshSeconds
 * @property {boolean} paused
 * @property {boolean} hideNames
 */

export {};
