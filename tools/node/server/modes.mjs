// Configurations of a server, as in test/conformance/server/modes.cpp: options of createServer,
// properties of the server, listeners, an optional handler for every request, and whether each case
// needs its own server.

const shortDeadlines = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };

export const modes = {
  'default': {},
  'inspect': { all: 'inspect' },
  'insecure': { options: { insecureHTTPParser: true, requireHostHeader: false }, all: 'inspect' },
  'no-host': { options: { requireHostHeader: false }, all: 'inspect' },
  'join-duplicates': { options: { joinDuplicateHeaders: true }, all: 'inspect' },
  'max-header-1k': { options: { maxHeaderSize: 1024 }, all: 'inspect' },
  'max-header-64k': { options: { maxHeaderSize: 65536 }, all: 'inspect' },
  'max-headers-count-5': { properties: { maxHeadersCount: 5 }, all: 'inspect' },
  'max-headers-count-0': { properties: { maxHeadersCount: 0 }, all: 'inspect' },
  'check-continue': { listeners: ['checkContinue'] },
  'check-expectation': { listeners: ['checkExpectation'] },
  'upgrade': { listeners: ['upgrade', 'connect'] },
  'client-error-reply': { listeners: ['clientErrorReply'] },
  'client-error-destroy': { listeners: ['clientErrorDestroy'] },
  'client-error-ignore': { listeners: ['clientErrorIgnore'] },
  'max-requests-1': { properties: { maxRequestsPerSocket: 1 } },
  'max-requests-3': { properties: { maxRequestsPerSocket: 3 }, listeners: ['dropRequest'] },
  'keep-alive-0': { options: { keepAliveTimeout: 0 } },
  'keep-alive-200': { options: { keepAliveTimeout: 200 } },
  'keep-alive-1999': { options: { keepAliveTimeout: 1999 } },
  'timeouts': { options: shortDeadlines },
  'timeouts-reply': { options: shortDeadlines, listeners: ['clientErrorReply'] },
  'socket-timeout': { properties: { timeout: 250 } },
  'socket-timeout-listener': { properties: { timeout: 250 }, listeners: ['timeout'] },
  'strict-body': { options: { rejectNonStandardBodyWrites: true } },
  'unique-headers': { options: { uniqueHeaders: ['X-Multi', 'set-cookie', 'x-trailer'] } },
  'half-open': { properties: { httpAllowHalfOpen: true } },
  'small-hwm': { options: { highWaterMark: 1024 } },
  'fresh': { own: true },
};
