// Which servers are asked by a proxy: as Go's programs decide it, Ollama among them.
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { proxyFor, wayTo } from '../../src/net/choose-proxy.js';

const httpProxy = 'http://proxy:3128';
const wayOf = (url: string, noProxy = '') => {
  const way = wayTo(new URL(url), { httpProxy, noProxy: noProxy === '' ? [] : noProxy.split(',') });
  return typeof way === 'string' ? way : way.origin;
};

describe('NO_PROXY', () => {
  // The table of Go's own test (golang.org/x/net/http/httpproxy, UseProxyTests), with its list.
  const list =
    'foobar.com, .barbaz.net, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64';
  test.each([
    ['localhost', false],
    ['127.0.0.1', false],
    ['127.0.0.2', false],
    ['[::1]', false],
    ['[::2]', true],
    ['192.168.1.1', false],
    ['192.168.1.2', true],
    ['192.168.1.3', false],
    ['192.168.1.4', true],
    ['10.0.0.2', false],
    ['[2001:db8::52:0:1]', false],
    ['[2001:db8::52:0:2]', true],
    ['[2001:db8::52:0:3]', false],
    ['[2002:db8:a::123]', false],
    ['[fe80::424b:c8be:1643:a1b6]', true],
    ['barbaz.net', true],
    ['www.barbaz.net', false],
    ['foobar.com', false],
    ['www.foobar.com', false],
    ['foofoobar.com', true],
    ['baz.com', true],
    ['localhost.net', true],
    ['local.localhost', false],
    ['barbarbaz.net', true],
  ])('%s by the proxy: %s', (host, isProxied) => {
    expect(wayOf(`http://${host}/`, list) === httpProxy).toBe(isProxied);
  });

  test.each([
    ['*', 'listed'],
    ['a, *', 'listed'],
    ['*.example.org', 'listed'],
    ['EXAMPLE.org', 'listed'],
    ['gpu.example.org:11434', 'listed'],
    ['gpu.example.org:80', httpProxy],
    ['*.gpu.example.org', httpProxy],
    ['ample.org', httpProxy],
    ['10.0.0.0/33', httpProxy],
    [':11434', httpProxy],
    ['.', httpProxy],
    ['a b gpu.example.org', 'listed'],
    ['example.org.', 'listed'],
  ])('%j: %s', (noProxy, way) => {
    expect(wayOf('http://gpu.example.org:11434', noProxy)).toBe(way);
  });

  test('knows names in other alphabets, and mapped addresses', () => {
    expect(wayOf('http://gpu.bücher.example', 'bücher.example')).toBe('listed');
    expect(wayOf('http://[::ffff:127.0.0.1]')).toBe('loopback');
    expect(wayOf('http://127.1')).toBe('loopback');
  });
});

describe('the proxy of a server', () => {
  test('is that of its scheme', () => {
    const proxies = { httpProxy: 'one:1', httpsProxy: 'https://two' };
    expect(proxyFor(new URL('http://gpu'), proxies)).toMatchObject({
      origin: 'http://one:1',
      variable: 'HTTP_PROXY',
    });
    expect(proxyFor(new URL('https://gpu'), proxies)).toMatchObject({
      origin: 'https://two',
      variable: 'HTTPS_PROXY',
    });
    expect(wayTo(new URL('https://gpu'), { httpProxy })).toBe('unset');
  });

  test('shows no password', () => {
    const found = proxyFor(new URL('http://gpu'), { httpProxy: 'user:p@s%2Fs@proxy:3128' });
    expect(found).toMatchObject({
      origin: 'http://proxy:3128',
      shown: 'http://user:****@proxy:3128',
      authorization: `Basic ${Buffer.from('user:p@s/s').toString('base64')}`,
    });
  });

  test.each([
    ['socks5://user:secret@proxy:1080', /SOCKS/],
    ['ftp://user:secret@proxy', /must look like/],
    ['http://user:12#secret@proxy', /# as %23/],
    ['http://user:secret@', /must look like/],
    ['http://user:secret%zz@proxy', /% as %25/],
  ])('%j is refused where it is needed, without its password', (address, told) => {
    const settings = { httpProxy: address };
    expect(() => wayTo(new URL('http://gpu'), settings)).toThrow(UsageError);
    expect(() => wayTo(new URL('http://gpu'), settings)).toThrow(told);
    expect(() => wayTo(new URL('http://gpu'), settings)).toThrow(/^(?!.*secret)/);
    expect(wayTo(new URL('http://localhost:11434'), settings)).toBe('loopback');
  });
});
