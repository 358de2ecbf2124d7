import Expressions
import Testing

struct NetworkFunctionTests {
  @Test func `addresses are read in all their spellings and written in one`() {
    expect([
      "string(ip('192.168.0.1'))": "'192.168.0.1'", "string(ip('2001:DB8::68'))": "'2001:db8::68'", "string(ip('::'))": "'::'",
      "string(ip('1::'))": "'1::'", "string(ip('::1'))": "'::1'", "string(ip('0:0:1:0:0:0:0:1'))": "'0:0:1::1'",
      "string(ip('1:0:0:2:0:0:0:3'))": "'1:0:0:2::3'", "string(ip('1:2:3:4:5:6:7:8'))": "'1:2:3:4:5:6:7:8'",
      "string(ip('1:0:2:0:3:0:4:0'))": "'1:0:2:0:3:0:4:0'", "string(ip('1:2:3:4:5:6:0:0'))": "'1:2:3:4:5:6::'",
      "string(ip('fe80:0000::00AB'))": "'fe80::ab'", "string(ip('1::3:4:5:6:7:8'))": "'1:0:3:4:5:6:7:8'",
      "ip.isCanonical('127.0.0.1')": "true", "ip.isCanonical('2001:DB8::68')": "false",
      "ip.isCanonical('127.0.0')": "error: parse error",
    ])
  }

  @Test(arguments: [
    "192.168.0.1.0", "192.168.0", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "", ".", "1..2.3", "2001:db8:::68", "1:2:3:4:5:6:7",
    ":1", "1:",
    "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "g::", "fe80::1%en0", "::ffff:192.168.0.1", ":", ":::", "1:2:3:4:5:6:7:8::",
    "+1.2.3.4",
  ])
  func `what is no address is refused`(text: String) {
    expect(["isIP(x)": "false", "ip(x)": "error"], ["x": .string(Text(text))])
  }

  @Test func `properties of addresses are those of their ranges`() {
    expect([
      "ip('10.0.0.1').family()": "4", "ip('::1').family()": "6", "ip('0.0.0.0').isUnspecified()": "true",
      "ip('::').isUnspecified()": "true",
      "ip('127.1.2.3').isLoopback()": "true", "ip('::1').isLoopback()": "true", "ip('1.2.3.4').isLoopback()": "false",
      "ip('192.168.0.1').isGlobalUnicast()": "true", "ip('255.255.255.255').isGlobalUnicast()": "false",
      "ip('ff00::1').isGlobalUnicast()":
        "false", "ip('169.254.0.1').isGlobalUnicast()": "false", "ip('2001:db8::1').isGlobalUnicast()": "true",
      "ip('224.0.0.1').isLinkLocalMulticast()": "true", "ip('224.0.1.1').isLinkLocalMulticast()": "false",
      "ip('ff02::1').isLinkLocalMulticast()": "true", "ip('fd00::1').isLinkLocalMulticast()": "false",
      "ip('169.254.169.254').isLinkLocalUnicast()": "true", "ip('fe80::1').isLinkLocalUnicast()": "true",
      "ip('fd80::1').isLinkLocalUnicast()": "false",
      "cidr('10.0.0.0/8').isLoopback()": "error: no such overload: isLoopback(net.CIDR)",
      "type(ip('::1')) == net.IP": "true", "type(cidr('::/0'))": "net.CIDR",
    ])
  }

  @Test func `addresses are equal across families when one stands for the other`() {
    expect([
      "ip('::ffff:c0a8:1') == ip('192.168.0.1')": "true", "ip('::ffff:c0a8:1') == ip('192.168.10.1')": "false",
      "ip('2001:db8::1') == ip('2001:DB8:0::1')": "true", "ip('::') == ip('::ffff')": "false",
      "ip('1.2.3.4') == cidr('1.2.3.4/32')": "false",
      "cidr('127.0.0.1/24') == cidr('127.0.0.1/24')": "true", "cidr('127.0.0.1/24') == cidr('127.0.0.0/24')": "false",
    ])
  }

  @Test func `ranges hold addresses and ranges of their family`() {
    expect([
      "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))": "true",
      "cidr('192.168.0.0/24').containsIP('192.168.1.1')": "false",
      "cidr('192.168.0.0/24').containsCIDR('192.168.0.0/25')": "true",
      "cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/23'))": "false",
      "cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8')": "true", "cidr('2001:db8::/32').containsIP(ip('192.168.1.1'))": "false",
      "cidr('0.0.0.0/0').containsIP('1.2.3.4')": "true", "cidr('1.2.3.0/31').containsIP('1.2.3.1')": "true",
      "cidr('1.2.3.0/31').containsIP('1.2.3.2')": "false", "cidr('10.0.0.0/8').containsIP('x')": "error: parse error",
      "cidr('192.168.3.77/22').masked()": "192.168.0.0/22", "cidr('192.168.3.77/22').ip()": "192.168.3.77",
      "cidr('::1/128').prefixLength()": "128", "string(cidr('2001:DB8::/32'))": "'2001:db8::/32'",
      "isCIDR('10.0.0.0/33')": "false",
      "isCIDR('::/129')": "false", "isCIDR('10.0.0.0/')": "false", "isCIDR('10.0.0.0/08')": "false",
      "isCIDR('10.0.0.0/8/8')": "false",
      "isCIDR('10.0.0.0/8')": "true", "cidr('192.168.0.0/')": "error: network address parse error",
      "cidr('fe80::1%en0/24')": "error: zone",
      "isIP(cidr('10.0.0.0/8'))": "error: no such overload: isIP(net.CIDR)",
    ])
  }
}
