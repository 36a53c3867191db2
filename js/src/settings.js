/**
 * The settings: what the data attributes of a script element say, and nothing else.
 *
 * @typedef {object} Settings
 * @property {string} key          the app's public key
 * @property {string} auth         where channels are authorised, a URL of the site
 * @property {string} userAuth     where its visitor is signed in, a URL of the site
 * @property {string} url          where the server is; empty for the page's own host
 * @property {string} cluster      hosted Pusher's cluster; empty for every other server
 * @property {string} csrfCookie   the cookie that holds Django's CSRF token
 * @property {string} csrfHeader   the header that it is sent in
 */

const PROTOCOL = "?protocol=7&client=onair-js&version=0.1.0";

/**
 * @param {DOMStringMap} dataset
 * @returns {Settings}
 */
export function readSettings(dataset) {
  return {
    key: dataset.onairKey ?? "",
    auth: dataset.onairAuth ?? "",
    userAuth: dataset.onairUserAuth ?? "",
    url: dataset.onairUrl ?? "",
    cluster: dataset.onairCluster ?? "",
    csrfCookie: dataset.onairCsrfCookie ?? "csrftoken",
    csrfHeader: dataset.onairCsrfHeader ?? "X-CSRFToken",
  };
}

/**
 * Where the server is. `host` has the brackets of an IPv6 address, `port` is empty for the scheme's own,
 * `path` is a prefix without a slash at its end.
 *
 * @param {Settings} settings
 * @param {{ origin: string }} location
 */
export function serverAddress({ url, cluster }, location) {
  const address = new URL(url || (cluster && `wss://ws-${cluster}.pusher.com`) || location.origin);
  return {
    secure: /^(wss|https):/.test(address.protocol),
    host: address.hostname,
    port: address.port,
    path: address.pathname.replace(/\/+$/, ""),
  };
}

/**
 * The URL of the app's socket (P-URL).
 *
 * @param {Settings} settings
 * @param {{ origin: string }} location
 */
export function socketUrl(settings, location) {
  const { secure, host, port, path } = serverAddress(settings, location);
  const origin = `${secure ? "wss" : "ws"}://${host}${port && ":" + port}`;
  return `${origin}${path}/app/${encodeURIComponent(settings.key)}${PROTOCOL}`;
}
