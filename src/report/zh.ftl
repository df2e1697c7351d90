# Chinese (simplified) texts of all reports. Ids are referred to by the diagnosis; a test finds every missing one.

## Attempts: the detail behind an outcome
why-complete = 列表 { $bytes }
why-complete-file = 下载 { $bytes }
why-complete-empty = 空目录
why-answers = 端口有响应
why-cut-by-us = 已读 { $bytes }，后面还有；由本程序主动结束
why-command-refused = { $reply }
why-bad-announcement = { $reply }：{ $error }
why-listing-refused = { $command } 被回绝：{ $reply }
why-listing-refused-connected = 连上后收到 { $reply }
why-no-answer = { $waited } 内无响应
why-no-answer-syns = 发出 { $syns } 个 SYN，{ $waited } 内无响应
why-no-knock = { $waited } 内没人来敲门
why-reset = 回了 RST
why-icmp = ICMP { $kind }/{ $code }，来自 { $sender }
why-no-route = 没有路由
why-local = 本机拒绝：{ $text }
    .read = 客户端的机器拒绝：{ $text }
why-no-reply = { $command } 发出后 { $waited } 内无应答
why-no-data = 连上后收到 { $bytes }，之后 { $waited } 再无数据
why-no-completion = 数据已收齐，{ $waited } 内没等到 226
why-no-completion-empty = { $waited } 内没来一个字节，也没有 226
why-tls-failed = TLS：{ $failure }
why-tls-failed-reply = TLS：{ $failure }；{ $reply }
why-protection-refused = 服务器不肯加密数据连接：{ $reply }
why-data-reset = 收到 { $bytes } 后被重置
why-broken-off = 收到 { $bytes } 后中断：{ $reply }
why-control-lost = { $command } 之后控制连接断开
why-not-a-reply = { $command } 之后收到的内容不是对它的应答：{ $text }
why-wrong-peer = 连接来自 { $from }，不是服务器
why-reply-only = { $verb } 被接受（{ $reply }）；有意不取列表
why-not-ipv6 = { $verb } 无法表示 IPv6 地址
why-not-no-login = 未登录
why-not-too-many = 无法再次登录：{ $reply }
why-not-too-many-held = 服务器还占着我们被挡住的那次传输，无法登录：{ $reply }
why-not-login-failed = 没能为此登录：{ $text }
why-not-login-limit = 一次运行最多登录 { $most } 次
why-not-deadline = 时间用完
why-not-short-timeout = 时限太短，没有响应也说明不了什么
why-not-nothing-sent = 服务器没有数据可发，因此没来敲门：{ $reply }
why-not-interrupted = 被中断
why-not-came-late = 服务器的敲门来迟了：延迟或丢包，不下结论
why-not-local = { $text }
why-not-in-file-asked = 已通告，但没有要求用它传输任何内容
why-not-in-file-dialled = 已通告，但客户端从未连接该端口
why-not-in-file-ends = 文件在得出结果之前就结束了
why-not-in-file-missing = 文件中的对话不完整
why-not-in-file-encrypted = 对话已加密，从外部无法判定
why-not-in-file-last-word = 数据已到达，但文件中没有确认的应答
why-folded = { $now }（第一次：{ $first }）

## 批量检查
check-works = 可用：{ $verbs }
check-not-met = 期望 { $expect } 未满足：{ $because }
check-earlier = 结果来自被续跑的那次检查
check-ending-interrupted = 已中断
check-ending-failed = 出错
check-ending-not-run = 未执行
check-because-interrupted = 尚未轮到就被中断
check-because-failed = 内部错误：{ $text }
check-seconds = { $seconds } 秒
check-not-well = 有问题的目标
check-targets = 共 { $count } 个目标
check-count-healthy = 正常 { $number } 个
check-count-limited = 受限可用 { $number } 个
check-count-incomplete = 没有测全 { $number } 个
check-count-degraded = 部分可用 { $number } 个
check-count-broken = 不可用 { $number } 个
check-count-unreachable = 无法登录 { $number } 个
check-count-failed = 因本程序出错 { $number } 个
check-count-interrupted = 被中断 { $number } 个
check-count-not-run = 未执行 { $number } 个
check-count-expectations = 期望：满足 { $met } 条，未满足 { $missed } 条
check-between = ，
check-changes = 与基线相比
check-changes-none = 没有值得注意的变化。
check-change = { $what } { $key }：{ $before } → { $after }
check-change-none = 无
check-change-new = 基线中没有
check-change-gone = 只在基线中有
check-change-expectation = 期望
check-progress = { $unwell } 个有问题

## Outcomes in the text report
outcome-open = 通
outcome-timed-out = 超时
outcome-refused = 被拒(RST)
outcome-prohibited = 被禁止
outcome-unreachable = 不可达
outcome-rejected = 被回绝
outcome-stalled = 停滞
outcome-closed = 中断
outcome-tls-failed = TLS 失败
outcome-not-tested = 未测

## Summaries
summary-healthy = 一切正常：{ $open } 都通。
summary-healthy-asked = 能测的都正常：{ $open } 能通。
summary-limited = { $title }。能用：{ $open }，几乎所有程序用的就是它。不能用：{ $failed }。
summary-degraded-none-open = { $title }。不能用：{ $failed }。没有测：{ $unknown }。
summary-incomplete = 没有测全：{ $missing } 没有测（{ $because }）。{ $how }
summary-incomplete-more = 能用：{ $open }。另外要求的（取文件、保持空闲、端口范围）没有测完；原因见下。
summary-incomplete-login = 时间用完时，还没有登录成功，也没有被拒绝。请给更多时间：--deadline。
    .read = 文件在登录成功或被拒绝之前就断了。
summary-incomplete-login-interrupted = 中断时还没有登录成功，也没有被拒绝。请再运行一次。
how-again = 请再运行一次。
how-deadline = 请给更多时间：--deadline。
how-timeout = 等得太短：请把 --timeout 设长些，或者不设。
how-too-many = 请等登录的人少些再运行，或者只试一种模式：--modes。
how-fewer = 请少试几种模式：--modes。
how-path = 请指定一个非空的目录：没有内容时服务器不建立数据连接。
how-live = 请在客户端那里运行 ftp-doctor 本身。
how-local = 请换一台机器运行。
summary-degraded = { $title }。能用：{ $open }。不能用：{ $failed }。
summary-degraded-all-open = { $title }。从这里测，{ $open } 都能用。
    .read = { $title }。客户端用 { $open } 走通了。
summary-broken = { $title }。能登录，但取不到列表：{ $failed } 都失败。
summary-broken-unknown = 能登录，但取不到列表（{ $failed } 都失败），也没有相符的已知原因。
summary-untested = 能登录，但没有一个数据连接可以测试。
summary-unreachable = { $title }。
summary-unreachable-unknown = 没能登录 FTP，也没有相符的已知原因。

## Evidence
seen-attempt = { $verb }，端口 { $port }：{ $why }
seen-attempt-varied = { $verb }，端口 { $port }，{ $how }：{ $why }
varied-dial-advertised = 去敲服务器公布的地址
varied-announce = 公布 { $address }
varied-pipelined = 跟在 NOOP 后面，在同一报文段里发出
varied-segments = 报文段不超过 { $mss } 字节
varied-clear = 明文
varied-fresh-session = 另用一个新的 TLS 会话
varied-retrieve = 下载文件
varied-keep-alive = 控制连接启用 TCP keep-alive
varied-second-knock = 列表之前再敲一次
varied-knock-again = 被拒的地方再敲一次
seen-attempt-no-port = { $verb }：{ $why }
seen-lookup-found = 查询 { $record }（{ $who }）：找到（{ $took }）
seen-lookup-not-found = 查询 { $record }（{ $who }）：域名不存在（{ $took }）
seen-lookup-no-such-record = 查询 { $record }（{ $who }）：域名没有这种记录（{ $took }）
seen-lookup-server-failure = 查询 { $record }（{ $who }）：域名服务器出错，{ $text }（{ $took }）
seen-lookup-timed-out = 查询 { $record }（{ $who }）：无响应（{ $took }）
seen-lookup-failed = 查询 { $record }（{ $who }）：{ $text }（{ $took }）
via-dns = DNS 和 hosts 文件
via-system = 系统解析器
seen-dial-connected = { $to } 有响应（{ $took }）
seen-dial-refused = { $to } 对 SYN 回了 RST（{ $took }）
seen-dial-reset = { $to } 接受连接后又将其重置（{ $took }）
seen-dial-timed-out = { $to }：发出 { $syns } 个 SYN，无响应（{ $took }）
seen-dial-icmp = { $to }：{ $icmp }（{ $took }）
seen-dial-local = { $to }：本机报告：{ $text }
    .read = { $to }：客户端的机器报告：{ $text }
seen-connected = { $to } 接受了连接（{ $took }）
seen-head = 对方发来：{ $head }
seen-reply = 服务器应答：{ $reply }
seen-silent = 连接建立后 { $waited } 没有动静
seen-tls-answer = 新建一条连接发 TLS ClientHello，收到了 TLS 响应
seen-control-works = 同一台服务器端口 { $control } 的控制连接正常
seen-active-works = 主动模式下服务器能连到我们
    .read = 主动模式下服务器能连到客户端
seen-advertised = 227 给出 { $advertised }，控制连接连的是 { $peer }
seen-advertised-to = 227 对来自 { $seen } 的客户端给出 { $advertised }
seen-as = 在服务器看来，我们的地址是 { $address }；我们自己的地址是 { $own }
    .read = 在服务器看来，客户端的地址是 { $address }；它自己的地址是 { $own }
seen-held = 无法再试：服务器还占着第一次传输

## Look-alikes that were ruled out
not-filtered-answered = 丢包的过滤器不会应声
not-filtered-connected = TCP 连接已建立
not-filtered-no-route = 没有丢包：根本没有可走的路由
not-refused-silent = 门关着会立刻有回音，这里却一点声音也没有
    .read = 门关着会立刻有回音，却一点声音也没有
not-tls-silent = 发 TLS ClientHello 也同样没有回音
not-tls-other = TLS ClientHello 得到的回答是“{ $head }”，不是 TLS
not-tls-closed = 为 TLS ClientHello 另开的连接没人理会
not-tls-words = 应答里没有要求加密
not-login-full = 应答说的是连接数，不是用户名或密码
not-login-tls = 应答要求加密，还没有验证用户名和密码
not-silent-tls = 端口没有死：它在等 TLS
not-disabled-announced = 服务器照常公布了端口
not-disabled-transient = 应答是“稍后再试”（4yz），不是彻底回绝（5yz）
not-blocked-answered = 敲门有回音，是 RST
not-blocked-some-open = 其他被动端口能通
not-blocked-swept = 敲同一范围里的其他端口能到
not-blocked-other-verb = 由 { $works } 公布的被动数据连接能通
not-partly-one-range = 两个命令公布的端口来自同一个范围，或者就是同一个，可见与端口无关
not-firewall-refused-by-reply = 命令被应答回绝，根本没有尝试数据连接
not-firewall-unreadable = 没有敲门：公布的内容里没有可敲的地方
not-firewall-peer-works = { $peer } 的同一端口能连上
not-firewall-connected = 数据连接已建立
not-firewall-knocked = 确实有人来敲门
not-active-disabled-accepted = 服务器接受了我们公布的端口
not-active-disabled-address = 应答不满的是地址，不是命令
not-nat-same-address = 服务器看到的就是我们自己的地址 { $own }
    .read = 服务器看到的就是客户端自己的地址 { $own }
not-nat-accepted = { $software } 只接受它看到的来源地址，而它接受了我们的地址
    .read = { $software } 只接受它看到的来源地址，而它接受了命令里的地址
not-control-other-family = 同一台服务器在 { $works } 有响应

## Remedies that several causes share
fix-use-active = 修好之前先用主动模式：从这里能用。
    .read = 修好之前先让客户端用主动模式：能用。
fix-use-passive = 请用被动模式：从这里能用，在 NAT 或防火墙后面也本该用它。
    .read = 请让客户端用被动模式：能用，在 NAT 或防火墙后面也本该用它。
fix-decide-side = 想知道是谁的防火墙，换个网络再测一次（比如手机热点）：那边能通，就是原来的网络在挡；还不通，就是服务器那边在挡。
    .read = 想知道是谁的防火墙，从客户端的网络和另一个网络各运行一次 ftp-doctor（比如手机热点）：那边能通，就是原来的网络在挡；还不通，就是服务器那边在挡。

## Control connection
name-not-found-title = 域名 { $host } 查不到地址
name-not-found-text = 域名 { $host } 不存在。没有地址，就没有门可敲。
name-not-found-text-no-record = 域名 { $host } 存在，但既没有 IPv4 地址（A），也没有 IPv6 地址（AAAA）。
name-not-found-text-resolver = 没有一个解析器给出 { $host } 的地址，也没有一个说域名不存在：是解析本身失败了，域名未必有错。
name-not-found-fix = 检查 { $host } 有没有拼错；换一个解析器查（dig { $host }）；或者不用域名，直接用服务器的地址。

control-refused-title = 端口 { $control } 上没有程序监听
control-refused-text = 客户端 >1023 ──▶ 服务器 { $control }：一敲门立刻得到“这里没人”（RST）。主机开着；FTP 服务没启动，或在别的端口监听，或有防火墙代它回绝。
control-refused-title-nearer = 路上有东西回绝了服务器的控制端口
control-refused-text-nearer = 客户端 >1023 ──▶ 服务器 { $control }：一敲门立刻得到“这里没人”（RST），但说话的不是服务器：同一主机的 { $other } 端口更远。{ $where }那里的防火墙以服务器的名义回绝了 { $control } 端口。
control-refused-fix-user = 核对端口：FTP 用 21，隐式 TLS 用 990，SFTP（另一种协议）用 22。
control-refused-fix-server = 启动 FTP 服务，用“ss -ltn”确认它在公网地址的端口 { $control } 上监听，而不只是在 127.0.0.1 上。

control-filtered-title = 防火墙挡住了端口 { $control }，或者主机没开
control-filtered-text = 客户端 >1023 ──▶ 服务器 { $control }：敲门始终没人应。要么是途中的防火墙把它丢了（缺少第 1 条规则，主动、被动模式都要它），要么是 { $address } 上根本没有主机。
control-filtered-text-icmp = 客户端 >1023 ──▶ 服务器 { $control }：应门的不是服务器，而是 { $sender } 上的过滤器，它用 ICMP 禁止了连接。那里缺少第 1 条规则，主动、被动模式都要它。
control-filtered-text-where = 客户端 >1023 ──▶ 服务器 { $control }：敲门始终没人应，而同一台主机的端口 { $other } 有响应。是防火墙把它丢了：缺少第 1 条规则，主动、被动模式都要它。{ $where }
control-filtered-fix-server = 在服务器的防火墙上放行 TCP 端口 { $control }；服务器在 NAT 后面的话，还要做端口转发。
control-filtered-fix-user = 换个网络试试：那边有响应，就是你自己的网络不放行去往端口 { $control } 的连接。
    .read = 换个网络试试：那边有响应，就是客户端的网络不放行去往端口 { $control } 的连接。

control-unreachable-title = 没有到 { $address } 的路由
control-unreachable-text = 去敲端口 { $control } 的包没能出发：没有通往 { $address } 的路由。
control-unreachable-text-host = 去敲端口 { $control } 的包发出了，路上的路由器 { $sender } 回答说 { $address } 没有机器：它关机了、没插线，或者换了地址。
control-unreachable-text-net = 去敲端口 { $control } 的包发出了，路上的路由器 { $sender } 回答说没有路通往 { $address }。
control-unreachable-fix = 检查本机的网络、VPN 和路由（对该地址执行“ip route get”）；如果是 IPv6 地址，先看这个网络到底有没有 IPv6（加 -4 改试 IPv4）。
    .read = 检查客户端的网络、VPN 和路由（对该地址执行“ip route get”）；如果是 IPv6 地址，先看那个网络到底有没有 IPv6（加 -4 改试 IPv4）。

control-silent-title = 端口 { $control } 开着，但没有 FTP 服务器说话
control-silent-text = 端口 { $control } 的门开了，可 { $waited } 里没人说一句话；FTP 服务器应当先问候（220）。后端已停、由代理或 NAT 代为接受连接时是这样，服务器卡死时也是这样。
control-silent-text-login = 服务器问候之后就没了声音：{ $command } 发出后 { $waited } 内无应答。
control-silent-fix-server = 在服务器本机上试试 FTP 服务是否还正常；前面有负载均衡或端口转发的话，看看后端是否还活着。服务器若先对客户端做 DNS 反查或 ident 查询，也会这么慢：把它关掉。
control-silent-fix-user = 如果这个端口从第一个字节起就用 TLS，请改用 ftps://。

control-closed-title = 还没登录，服务器就断开了
control-closed-text = 端口 { $control } 的门开了，一句话没说又关上：可能有地址白名单（tcp_wrappers、fail2ban、按地区封锁），也可能是服务程序一接连接就崩溃。
control-closed-text-reset = 端口 { $control } 的门开了，还没问候连接就被重置：可能是会检查连接内容的防火墙，也可能是服务程序一接连接就崩溃。
control-closed-text-reply = 服务器在端口 { $control } 开了门，又把我们打发走：{ $reply }
    .read = 服务器在端口 { $control } 开了门，又把客户端打发走：{ $reply }
control-closed-text-login = { $command } 之后控制连接断开，登录还没完成。
control-closed-fix-server = 查看服务器这一时刻的日志；在 hosts.allow、hosts.deny、fail2ban 和服务器的地址白名单里查客户端的地址。
control-closed-fix-user = 换个网络试试：那边能用，就是你的地址不受欢迎。

control-not-ftp-title = { $known ->
    [no] 端口 { $control } 说的不是 FTP
   *[yes] 端口 { $control } 上是 { $service }，不是 FTP
}
control-not-ftp-text = 端口 { $control } 上应答的是 { $service }。连接没有问题，是端口不对。
control-not-ftp-text-unknown = 端口 { $control } 上的回答不是 FTP 应答（三位数字加文字）。
control-not-ftp-fix = 问清 FTP 服务的主机和端口；通常是 21。
control-not-ftp-fix-ssh = SSH 服务器提供的是 SFTP，那是另一种协议：在这个端口上改用 SFTP 客户端（sftp://），或者问清 FTP 的端口。

too-many-connections-title = 服务器连接数已满
too-many-connections-text = 服务器把我们拒之门外，因为总连接数或来自这个地址的连接数太多：{ $reply }
    .read = 服务器把客户端拒之门外，因为总连接数或来自这个地址的连接数太多：{ $reply }
too-many-connections-fix-user = 关掉其他 FTP 客户端，等几分钟：断掉的传输也可能占着名额这么久。把客户端的同时连接数调低。
too-many-connections-fix-server = 调高上限（vsftpd 的 max_clients 和 max_per_ip，ProFTPD 的 MaxInstances 和 MaxClientsPerHost，Pure-FTPd 的 MaxClientsNumber 和 MaxClientsPerIP），或查查是谁占着连接。

login-rejected-title = 服务器不让 { $user } 登录
login-rejected-text = 路是通的，服务器也有应答，但它拒绝 { $user } 登录：{ $reply }
login-rejected-text-anonymous = 服务器不接待匿名用户：{ $reply }。路是通的，只缺用户名。
login-rejected-text-account = 有了用户名和密码，服务器还要账户（ACCT）：{ $reply }
login-rejected-text-wants = 登录时服务器问个不停，始终不让 { $user } 登录：{ $reply }
login-rejected-fix-user = 请给出用户名（ftp://USER@HOST），密码用 --password-file、FTP_DOCTOR_PASSWORD 给出，或在提示时输入。两者都区分大小写；复制时带上的空格也算数。
login-rejected-fix-server = 到服务器日志里找原因：账号被锁、shell 不在 /etc/shells 里、用户名单限制，或者匿名访问已关闭。

## Passive mode
firewall-blocks-passive-title = 防火墙挡住了被动端口
firewall-blocks-passive-text-silent = 被动模式是服务器开门，客户端来敲：客户端 >1023 ──▶ 服务器 { $ports }。我们敲门没人应，而同一台服务器的端口 { $control } 有响应{ $active ->
    [yes] ，主动模式也能用
   *[no] {""}
}。防火墙放行了 { $control }，却把去往被动端口的包丢了：缺少规则 passive-3。{ $where }{ $active ->
    [yes] 使用被动模式的客户端（浏览器和大多数程序）会失败，使用主动模式的能用。
   *[no] {""}
}
    .read = 被动模式是服务器开门，客户端来敲：客户端 >1023 ──▶ 服务器 { $ports }。客户端敲门没人应，而同一台服务器的端口 { $control } 有响应{ $active ->
        [yes] ，主动模式也能用
        *[no] {""}
        }。防火墙放行了 { $control }，却把去往被动端口的包丢了：缺少规则 passive-3。{ $where }{ $active ->
        [yes] 使用被动模式的客户端（浏览器和大多数程序）会失败，使用主动模式的能用。
        *[no] {""}
        }
firewall-blocks-passive-text-icmp = 被动模式是服务器开门，客户端来敲：客户端 >1023 ──▶ 服务器 { $ports }。应门的不是服务器，而是 { $sender } 上的过滤器，它用 ICMP 禁止了连接：那里缺少规则 passive-3。{ $where }
firewall-blocks-passive-text-reset = 被动模式是服务器开门，客户端来敲：客户端 >1023 ──▶ 服务器 { $ports }。回来的是 RST，但发出它的设备比服务器更近：是防火墙在拒绝。那里缺少规则 passive-3。{ $where }
server-firewall-blocks-passive-title = 服务器那边的防火墙挡住了被动端口
client-firewall-blocks-passive-title = 你这边的防火墙挡住了被动端口
    .read = 客户端这边的防火墙挡住了被动端口
client-firewall-blocks-passive-text-answers = 被动模式是服务器开门，客户端来敲：客户端 >1023 ──▶ 服务器 { $ports }。敲门到了，服务器的回应也回到了本机，却在这里被本机自己的防火墙丢掉。它只放行来自端口 { $control } 的回应，不放行来自被动端口的：缺少规则 passive-4。
client-firewall-blocks-passive-fix-answers = 放行 { $server } 的回应，最好用一条放行本机自己发起的全部连接的规则（nftables “ct state established,related accept”，iptables “-m conntrack --ctstate ESTABLISHED,RELATED”），或按地址和端口放行。
client-firewall-blocks-passive-fix = 放行到 { $server } 的出站连接，1023 以上的所有 TCP 端口（如果服务器管理员告知了被动端口范围，放行该范围即可）。
firewall-blocks-passive-fix-path = 请中间网络的管理方（多半是运营商）放行到服务器被动端口范围的 TCP 连接。
where-unknown = 是谁的防火墙，从这里判断不出来。
    .read = 是谁的防火墙，从读到的内容判断不出来。
where-own = 连第一个路由器都没见到它：是本机自己的防火墙，或者网关在自家门口就把它挡了回去。
where-client = 敲门的包过了第 { $min } 跳（共 { $hops } 跳），没到第 { $max } 跳之后的那一跳就丢了：是你的网关。
where-server = 敲门的包过了第 { $min } 跳（共 { $hops } 跳）之后才丢：是服务器前的最后一个路由器，或者服务器自己。（响应在回程上丢失也会是这个样子，但很少有防火墙这么做。）
where-path = 敲门的包过了第 { $min } 跳（共 { $hops } 跳），到第 { $max } 跳时已经丢了：在途中，既不在你这头，也不在服务器那头。
where-direct = 服务器就是下一跳，中间没有设备可以分辨：丢掉它的是本机的防火墙，还是服务器的。
where-wide = 敲门的包丢在第 { $min } 跳和第 { $max } 跳之间（共 { $hops } 跳）；那里的路由器没有透露更多，所以是谁的防火墙还不能定。
where-icmp-own = 那是本机自己的地址。
where-icmp = 它在第 { $min } 跳（共 { $hops } 跳）。
seen-own-drops = 我们等待时有 { $packets } 个包到了本机，却没有程序收到；其余时间几乎没有这种包
seen-answered-later = 之后再敲同样的端口（此时已无人通告），从服务器那么远的地方有了回应：去路是通的，丢的是对已通告端口的回应，或者只是一时被挡
seen-returned = 敲第 { $hop } 跳路由器的 { $port } 端口有应答：来自高端口的包至少从那里能回来
seen-returned-stops = 敲路由器的 { $port } 端口，第 { $hop } 跳有应答，再往后都没有：也许来自高端口的包回不来
seen-world = 没能排除：{ $world }怎样分清：{ $tells }
worlds-title = 还有什么会产生同样的包
world-answers-lost = 敲门到了，也有应答，应答却死在回来的路上（你这边有一个无状态过滤器，只放进来自 20 和 21 端口的包，或者回程走了另一条路）。
world-answers-lost-told = 看来自对面高端口的东西（来电、RST、路由器的应答）能否进来；或者测试时在服务器上运行 tcpdump -ni any tcp portrange 1024-65535，看 SYN-ACK 是否发出。
world-part-open = 范围里有一部分是通的，只是没有抽到：抽的端口太少。
world-part-open-told = 敲更多公布的端口：ftp-doctor audit。
world-unequal-ways = 到服务器的路是负载均衡的，或者是编造的：本次各条阶梯在同一跳看到不同的路由器，跳数无从比较。
world-unequal-ways-told = 用固定端口的 traceroute 测两个端口：paris-traceroute -p tcp，或固定源端口的 tcptraceroute。
world-no-memory = 客户端这边有一个无状态过滤器，从里面发 SYN 也打不开洞，它丢掉了服务器的敲门。
world-no-memory-told = 测试时在服务器上运行 tcpdump -ni any tcp[tcpflags] = tcp-syn，看服务器自己的 SYN 是否发出。
world-translated-there = 地址是在服务器那头转换的（负载均衡、全 NAT、容器代理），不是在你这边。
    .read = 地址是在服务器那头转换的（负载均衡、全 NAT、容器代理），不是在客户端那边。
world-translated-there-told = 看别的服务器眼中你的地址（curl https://ifconfig.me）：如果与这台服务器所说的不同，就是它那边在转换。
world-call-arrived = 服务器的来电到过这里，或者它会比对地址却接受了我们自己的地址：没有谁的 NAT 挡着它。
world-call-arrived-told = 看到有主动连接进来，哪怕是穿洞来的。
world-other-door = 门在 227 所说的地址上，不在我们敲的地方。
world-other-door-told = 用 --dial-advertised 也去那里敲。
world-one-machine = 客户端和服务器是同一台机器，它说的地址就是它自己。
world-one-machine-told = 换一台机器再测。
world-refused-once = 同一段里的第二条命令被服务器以它自己的理由回绝。
world-refused-once-told = 同样的两条命令再发一次。
seen-read-unanswered = { $at }：{ $count } 个发往端口 { $port } 的 SYN，没有应答返回：{ $lost ->
    [client] 丢在客户端
    [server] 丢在服务器
   *[between] 丢在此处之后，第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳）
}
seen-read-never = { $at }：通告了端口 { $port }，但 { $file } 里没有发往它的 SYN：{ $lost ->
    [client] 丢在客户端
    [server] 丢在服务器
   *[between] 丢在此处之前，第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳）
}
seen-read-knock = { $at }：{ $count } 个发往端口 { $port } 的 SYN，{ $file } 里一个也没有：丢在 { $from } → { $to } 之间，第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳）
seen-read-answer = { $at }：发往端口 { $port } 的 SYN 有应答，但 { $file } 里没有这个应答：丢在 { $from } → { $to } 之间，第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳）
seen-read-unheard = { $at }：发往端口 { $port } 的 SYN 被应答了 { $count } 次，而呼叫方仍在重发：{ $lost ->
    [client] 丢在客户端
    [server] 丢在服务器
   *[between] 丢在返回途中，第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳）
}
where-read = { $side ->
    [client] 丢在客户端一侧：嫌疑在第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳，从客户端数起）。
    [server] 丢在服务器一侧：嫌疑在第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳，从客户端数起）。
    [path] 丢在途中，既不在客户端一侧，也不在服务器一侧：嫌疑在第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳，从客户端数起）。
   *[unknown] 嫌疑在第 { $min } 跳至第 { $max } 跳（共 { $hops } 跳，从客户端数起）；文件没有透露更多。
}
where-read-unknown = 从读到的内容无法判断是谁的防火墙。
seen-ladder = 逐跳发送短 TTL 的 SYN：控制端口一直看得到第 { $hops } 跳；不通的端口，嫌疑在第 { $min } 跳和第 { $max } 跳（共 { $hops } 跳）
not-client-passes = 敲门的包出得了你的机器和网关
    .read = 敲门的包出得了客户端的机器和网关
not-server-answers = 它的回应已经到了本机
    .read = 它的回应已经到了客户端
not-server-near = 敲门的包根本没到服务器附近
not-nat-as-far = RST 来自和服务器一样远的地方
not-refused-nearer = RST 来自比服务器近的地方
passive-ports-not-forwarded-title = 服务器前的 NAT 只转发了端口 { $control }
passive-ports-not-forwarded-text = 服务器在 NAT 后面的第 { $hops } 跳；客户端知道的那个地址属于第 { $hop } 跳的 NAT 自己。NAT 把端口 { $control } 转给了服务器，去敲 { $ports } 时却自己回 RST：没人告诉它这些也要转过去。
passive-ports-not-forwarded-title-part = 服务器前面的 NAT 只转发一部分被动端口
passive-ports-not-forwarded-text-part = 服务器在 NAT 后面，位于第 { $hops } 跳；客户端知道的地址属于第 { $hop } 跳的 NAT。它把端口 { $control } 和 { $through } 转发给服务器，而敲 { $blocked } 时由它自己回 RST：没有人让它转发这些端口。传输会时好时坏，取决于抽到哪个端口。
passive-ports-not-forwarded-fix = 在 NAT 上把服务器的整个被动端口范围转发到同一台机器，端口号不变，并把公网地址告诉服务器。命令里若有 INNER-ADDRESS，换成服务器在 NAT 后面的地址。
passive-ports-not-forwarded-fix-filter = 如果该网关还对转发的流量做过滤，放行 TCP { $range }。
passive-port-refused-text-end = 服务器公布了 { $ports }，敲上去得到 RST，而且来自和服务器一样远的地方：那扇门后没有程序监听。要么是服务器（或其上的容器）没有打开自己公布的端口，要么是服务器上的防火墙用 RST 拒绝。
passive-range-fix-set = 给服务器设定固定的被动端口范围（例如 { $min }-{ $max }），防火墙才知道该放行哪些。
firewall-blocks-passive-fix-range = 然后在现有的链里只放行这个范围（用“nft list ruleset”或“iptables -S”查看现有的链）；服务器在 NAT 后面的话，还要转发它。
firewall-blocks-passive-fix-gateway = 如果过滤的是服务器前面的网关：在那里放行去往服务器的 TCP { $range }。
firewall-blocks-passive-fix-gateway-alone = 在服务器前面的网关（第 { $hop } 跳）上放行去往服务器的 TCP { $range }。改服务器本机的入站规则在这里不起作用。{ $from ->
    [announced] {""}服务器公布过 { $min } 到 { $max } 之间的端口；确切的范围以服务器自己的设置为准。
   *[given] {""}
}{ $count ->
    [0] {""}
   *[other] {""}这个范围里常见的其他服务，若在那里运行，最好避开：{ $services }。
}
firewall-blocks-passive-fix-forward = 服务器在 NAT 后面：如果还没有转发，就在那里把 TCP { $range } 转发到同一台机器的相同端口号。命令里如果有 INNER-ADDRESS，它代表服务器在 NAT 后面自己的地址。
firewall-blocks-passive-fix-open = 在现有的链里放行 TCP { $range }（用“nft list ruleset”或“iptables -S”查看现有的链）。{ $from ->
    [announced] {""}服务器公布过 { $min } 到 { $max } 之间的端口；确切的范围以服务器自己的设置为准。
   *[given] {""}
}{ $count ->
    [0] {""}
   *[other] {""}这个范围里常见的其他服务，若在本机运行，最好避开：{ $services }。
}
firewall-blocks-passive-fix-client = 如果是客户端这边在挡：放行到 { $server } 的出站连接，1023 以上的所有 TCP 端口。

passive-port-refused-title = 被动端口回答“这里没人”
passive-port-refused-text = 服务器公布了 { $ports }，敲上去得到 RST：那扇门后没有程序监听。要么公布的其实是另一台机器（NAT 或容器只转发了端口 21），要么防火墙用 RST 拒绝，要么服务器关门太早。
passive-port-refused-text-late = 服务器公布了 { $ports }，每次第一下都被拒绝，过一会儿同一个端口又能进。服务器公布端口之后才开始监听，而客户端敲一次就放弃了。
passive-port-refused-fix-late = 升级服务器，或者升级替它转接数据端口的东西：必须先监听，再发 227 或 229。前面有缓慢的代理或容器网络时也会这样。
passive-port-refused-fix-server = 在服务器上看看 PASV 之后端口有没有打开（“ss -ltn”），是不是 SELinux 或容器不让它打开。
passive-port-refused-fix-forward = 如果前面有 NAT、负载均衡或容器，把整个被动端口范围转发到同一台机器，端口号不变。命令里若有 INNER-ADDRESS，换成服务器在 NAT 后面的地址。

passive-disabled-title = 服务器关闭了被动模式
passive-disabled-text = 服务器用应答回绝了 { $verbs }：{ $reply }。根本没有尝试被动数据连接，所以怪不到防火墙。
passive-disabled-text-active-works = 服务器用应答回绝了 { $verbs }（{ $reply }），而主动模式能用。使用主动模式的客户端能取到列表；浏览器和其他只用被动模式的客户端会失败。与防火墙无关。
passive-disabled-fix-server = 打开被动模式，设定端口范围，并在防火墙上放行该范围。

passive-range-exhausted-title = 服务器的被动端口用完了
passive-range-exhausted-text = 服务器打不开被动端口：{ $reply }。端口范围小于同时传输数，或者端口全被别的程序占用。
passive-range-exhausted-fix = 把被动端口范围设得比同时传输数大，并在防火墙上放行同样的范围。

passive-range-partly-blocked-title = 被动端口范围只放行了一部分
passive-range-partly-blocked-text = 服务器公布了 { $of } 个端口，每个都在公布之后马上敲过：{ $count } 个不让进（{ $how ->
    [timed-out] 没有回应
    [refused] 回 RST
   *[other] 被拒绝
}：{ $shut }），其余的能进（{ $open }）。可见起作用的是端口：有谁只放行了被动端口范围的一部分。于是传输时好时坏，要看抽到哪个端口。
passive-range-partly-blocked-text-read = 服务器的被动端口取自一个范围，而防火墙只放行其中一部分：经 { $open } 的传输成功，敲 { $silent } 没有应答。传输时好时坏，取决于抽到哪个端口。
passive-range-partly-blocked-fix = 放行服务器所设的整个范围（到它的配置里查；这里见到的端口只是抽样）。
    .read = 放行服务器所设的整个范围（到它的配置里查；读到的端口只是抽样）。
passive-range-partly-blocked-text-swept = 被动端口范围 { $range } 只放行了一部分：敲 { $through } 能到，敲 { $blocked } 到不了。于是传输时好时坏，要看抽到哪个端口。
passive-range-partly-blocked-text-rejected = 被动端口范围 { $range } 只有一部分放行：{ $through } 的端口在公布期间能进，{ $blocked } 的端口在公布期间回 RST，好像没有人监听。传输会时好时坏，取决于抽到哪个端口。要么是防火墙在那里拒绝，要么是容器只发布了一部分范围。
passive-range-partly-blocked-fix-swept = 把缺的放行：{ $missing }。或者把服务器的范围改成已放行的那部分。
passive-port-hole-title = 被动端口范围里有个别端口被挡：{ $ports }
passive-port-hole-text = { $ports } 两旁的端口都能敲到，唯独这里不行。服务器一抽到它，传输就失败；重试一次就好。
passive-port-hole-text-named = { $ports } 两旁的端口都能敲到，唯独这里不行。服务器一抽到它，传输就失败；重试一次就好。路上的设备会把这些端口号当成别的协议（{ $names }）。
passive-port-hole-text-met = 服务器公布 { $ports } 时不让进（{ $how ->
    [timed-out] 没有回应
    [refused] 回 RST
   *[other] 被拒绝
}），公布的其他端口能进（{ $open }）。途中的设备把这个端口号当成别的协议（{ $names }），在那里有它的助手（ALG）或者针对它的规则。服务器一抽到这样的端口，传输就失败，再试一次又好了。
passive-port-hole-fix = 把被动端口范围挪到没有别的含义的号段，服务器和防火墙都要改。
passive-port-hole-fix-part = 让服务器只用范围里没有这种端口的一段：{ $range }，防火墙已经放行了它。
passive-port-hole-fix-network = 或者放行 { $ports }，并对这台服务器关掉那里的协议检测。
passive-range-leaks-title = 服务器报出了 { $range } 之外的端口
passive-range-leaks-text = 范围说是 { $range }，而服务器报出的 { $of } 个不同端口里，有一些在范围之外：{ $ports }。只按这个范围放行的防火墙会把它们挡住。
passive-range-leaks-text-all = 范围说是 { $range }，而服务器报出的 { $of } 个不同端口没有一个在里面：{ $ports }。它没有用这组上下限：也许上下限写反了（小的在前），也许写在了不会被读到的地方，也许还没有重启。也可能当时这个范围的端口都被其他会话或程序占用，而服务器（例如 ProFTPD）这时会改用别的端口：那就是范围太小。
passive-range-leaks-text-learned = 报出的端口几乎都在 { $range } 里，但 { $of } 个里有 { $count } 个远在其外：{ $ports }。只按这个范围放行的防火墙会把它们挡住。
passive-range-leaks-text-busy = 范围 { $range } 里唯一的端口 { $held } 被一个会话占着时，服务器给第二个会话报的是 { $ports }。范围一用完它就跑到外面去，只按这个范围放行的防火墙会把这些传输挡住。
passive-range-leaks-text-command = { $fails } 公布的端口和 { $works } 不在同一个范围：{ $ports }，在 { $range } 之外。这 { $count } 个端口敲了都不让进，而 { $works } 的端口个个能进。服务器只让 { $works } 遵守设定的范围，防火墙只为这个范围开了口，其余的就被挡住。
passive-range-leaks-fix = 在服务器上设好范围，小的在前，然后重启，再来这里看一遍。
passive-range-leaks-fix-command = 让被动端口范围对 { $fails } 也生效（换新版本，或者改系统的临时端口范围），重启服务器后再来看。或者让服务器拒绝 { $fails }，客户端会退回另一个命令。
passive-range-exhausted-text-one = 范围里只有一个端口 { $port }。一个会话占着它时，第二个会话拿不到端口：{ $reply }。同时两个传输就多了一个。

passive-address-unroutable-title = PASV 给出的地址走不到
passive-address-unroutable-text = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：那是服务器自己内网的私网地址，在外面毫无意义。服务器在 NAT 后面，不知道自己的公网地址。{ $peer } 上的同一端口也不通。
passive-address-unroutable-text-reached = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：服务器自己私网里的地址。我们也去那里敲了，有人开门：从我们这里它通向某处。从互联网上则不然。
passive-address-unroutable-text-works = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：那是服务器自己内网的私网地址，在外面毫无意义。我们改敲 { $peer }，通了；相信 227 的客户端（wget、PHP、Perl 和较老的程序）会去敲 { $advertised }，然后失败。
    .read = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：那是服务器自己内网的私网地址，在外面毫无意义。客户端改敲 { $peer }，通了；相信 227 的客户端（wget、PHP、Perl 和较老的程序）会去敲 { $advertised }，然后失败。
passive-address-unroutable-text-self = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：这个地址对每台机器来说都是它自己。要么连接是经服务器本机上的中继到达的，要么有人让它这样公布；相信它的客户端会去敲自己的门。
passive-address-unroutable-text-followed = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }:{ $port }：那是服务器自己内网的私网地址，在外面毫无意义。客户端信了它，去那里敲门，没有结果。服务器在 NAT 后面，不知道自己的公网地址。
passive-address-unroutable-text-server = 客户端来自公网地址 { $seen }，227 却让它去 { $advertised }:{ $port }：那是服务器自己内网的私网地址，在外面毫无意义。服务器在 NAT 后面，不知道自己的公网地址。不理会 227 里地址的客户端能通；其他的（wget、PHP、Perl 和较老的程序）会去敲 { $advertised }，然后失败。
passive-address-unroutable-text-zero = 227 给出 { $advertised }，意思是“就用你已有的那个地址”。许多客户端懂这个意思，我们也懂；有些（wget、PHP、Perl）却会去敲自己的门。有的云服务是有意这样做的。
passive-address-fix-server = 把公网地址 { $peer } 告诉服务器，让 227 给出它。
passive-address-fix-public = 把服务器的公网地址告诉它，让 227 给出它。
passive-address-fix-user = 换用不理会 227 里地址的客户端（curl、FileZilla、WinSCP），或使用 EPSV 的客户端。

passive-address-mismatch-title = PASV 给出的不是服务器的地址
passive-address-mismatch-text = 控制连接连的是 { $peer }，227 给出的是 { $advertised }。我们敲的是 { $peer }，通了。相信 227 的客户端会去敲 { $advertised }；那边有没有人开门，没有试过。
    .read = 控制连接连的是 { $peer }，227 给出的是 { $advertised }。客户端敲的是 { $peer }，通了。相信 227 的客户端会去敲 { $advertised }；那边有没有人开门，没有试过。
passive-address-mismatch-text-fails = 控制连接连的是 { $peer }，227 给出的是 { $advertised }。我们只敲了 { $peer }，不通；门也许在另一个地址上，没有要求就不会去敲它。
    .read = 控制连接连的是 { $peer }，227 给出的是 { $advertised }。客户端敲的是 { $peer }，不通；门也许在另一个地址上。
passive-address-mismatch-text-known = 这个域名有多个地址：控制连接连的是 { $peer }，227 给出的是其中另一个，{ $advertised }。
passive-address-mismatch-text-open = 控制连接连的是 { $peer }，227 给出的是 { $advertised }，从那里也取到了列表。
passive-address-mismatch-text-opened = 控制连接连的是 { $peer }，227 说的是 { $advertised }。我们也去那里敲了，有人开门，但列表没有传完。
passive-address-mismatch-text-dead = 控制连接连的是 { $peer }，227 却让客户端去 { $advertised }，而那里没人开门。相信 227 的客户端会失败。
passive-address-mismatch-text-there-only = 控制连接连的是 { $peer }，227 说的是 { $advertised }，门就在那里：列表从那里传来了，而在 { $peer } 没人开门。不理会 227 里地址的客户端（curl、Python、Ruby）和不带地址的 EPSV 都会失败。
passive-address-mismatch-fix-there = 让被动端口在客户端登录的地址 { $peer } 上也能到达：把端口段转发过去，或者让客户端直接登录 { $advertised } 那台机器。
passive-address-mismatch-fix-dial = 加上 --dial-advertised 再测一次，也去敲公布的地址。

epsv-blocked-title = { $fails } 不通，{ $works } 能通
epsv-blocked-text = { $works } 公布的 { $open } 个端口都能进；{ $fails } 公布的 { $shut } 个都不能进，虽然它们来自同一个范围。途中有防火墙监视控制连接，只为它看得懂的 { $works } 开门。
epsv-blocked-text-same = { $same } 由 { $works } 公布时能进，由 { $fails } 公布时就不能进。可见起作用的不是端口：途中有防火墙监视控制连接，只为它看得懂的 { $works } 开门。
epsv-blocked-fix-network = { $fails ->
    [PASV] 升级或更换防火墙的 FTP 助手，让它读得懂 PASV 的回复 227（RFC 959），也不去改里面的数字；或者放行固定的被动端口范围，那就不需要助手了。
   *[EPSV] 升级或更换防火墙的 FTP 助手，让它认识 EPSV（RFC 2428）；或者放行固定的被动端口范围，那就不需要助手了。
}
epsv-blocked-fix-user = { $works ->
    [PASV] 让客户端使用 PASV：curl --disable-epsv，rclone --ftp-disable-epsv，lftp 用 "set ftp:prefer-epsv no"；许多程序有相应设置。
   *[EPSV] 让客户端使用 EPSV：curl 和 rclone 默认就用（去掉 --disable-epsv），lftp 用 "set ftp:prefer-epsv yes"；许多程序有相应设置。
}

alg-renumbers-passive-title = 227 里写的端口不是服务器打开的那一个
alg-renumbers-passive-text = 227 写的 { $count } 个端口都不让进（{ $named }），而 EPSV 写的端口个个能进（{ $open }）。两个命令的端口不在同一个范围，服务器却是从同一个范围里取的：途中的 FTP 助手（ALG）或转换代理把别的端口写进了 227，又不放行。服务器给两个命令各设一个范围时，看上去也是这样。
alg-renumbers-passive-text-refused = 227 写的 { $count } 个端口都不让进（{ $named }）：是服务器那台机器自己回答没有人在听。EPSV 写的端口个个能进（{ $open }）。可见服务器听的不是 227 写的端口：途中的 FTP 助手（ALG）或转换代理改写了它。服务器打开的端口和公布的不一样时，看上去也是这样。
alg-renumbers-passive-text-read = 服务器自己的 227 给出端口 { $opened }，客户端却被带到端口 { $named }：途中的 FTP 助手（ALG）或做转换的代理在应答里写进了另一个端口，去那里的连接又过不来。
seen-renumbered = 227 在 { $from } 给出端口 { $opened }，在 { $to } 给出端口 { $named }
alg-renumbers-passive-fix-network = 关掉途中改写 227 的 FTP 检测（ALG），或者让它转发自己写进去的端口。TLS 下它既读不到也改不了。
alg-renumbers-passive-fix-server = 如果那是自己的 NAT：把被动端口范围一对一转发，端口号不变，让服务器自己公布公网地址。命令里如有 INNER-ADDRESS，请换成服务器在 NAT 后面的地址。
not-verb-other-ports = 两个命令公布的端口不在同一个范围，起作用的可能是端口，不一定是命令

epsv-unsupported-title = 服务器不认识 EPSV
epsv-unsupported-fix-user = 改用 PASV：这台服务器有的是它（curl --disable-epsv；本程序用 --modes pasv）。
epsv-unsupported-text = 服务器对 EPSV 的应答是 { $reply }。在 IPv4 上没有妨碍：客户端会退回 PASV。

pasv-unsupported-title = 服务器不接受 PASV，只接受 EPSV
pasv-unsupported-text = 服务器对 PASV 的应答是 { $reply }。认识 EPSV 的客户端没有问题；在 IPv4 上只认 PASV 的（wget、FileZilla、Python ftplib、曾经支持 FTP 的浏览器）会失败。
pasv-unsupported-fix-server = 把 PASV 也打开。

passive-reply-malformed-title = 被动端口的公布内容读不懂
passive-reply-malformed-text = 服务器接受了命令，应答里却没有地址和端口：{ $reply }（{ $error }）。没有哪个客户端知道该去哪里敲门。
passive-reply-malformed-fix = 检查地址设置有没有写错（该写四个数的地方写了 IPv6 地址或域名），或者途中有没有防火墙改写应答。

data-tls-required-title = 服务器要求加密数据连接
data-tls-required-text = 服务器不接受明文的数据连接：{ $reply }。不用 TLS 可以登录，但取不到列表。
data-tls-required-fix = 使用支持显式 TLS 并且也加密数据连接的客户端（AUTH TLS、PROT P）。

## Active mode
firewall-blocks-active-title = 防火墙挡住了主动模式：服务器的敲门到不了
firewall-blocks-active-text = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了我们公布的端口，却没人来敲门。是客户端、途中或服务器上的防火墙把它丢了。
    .read = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了客户端公布的端口，却没人来敲门。是客户端、途中或服务器上的防火墙把它丢了。
firewall-blocks-active-text-passive-works = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了我们公布的端口，却没人来敲门，而被动模式能用。通常是客户端这边的防火墙：不请自来的一律不放行。也可能是服务器自己的防火墙不让它往外连（规则 active-3）。
    .read = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了客户端公布的端口，却没人来敲门，而被动模式能用。通常是客户端这边的防火墙：不请自来的一律不放行。也可能是服务器自己的防火墙不让它往外连（规则 active-3）。
firewall-blocks-active-text-reply = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器试过，然后说：{ $reply }。这里什么也没收到，可见中间有防火墙拒绝或丢弃了敲门。
    .read = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器试过，然后说：{ $reply }。没有看到它来敲门，可见中间有防火墙拒绝或丢弃了敲门。
firewall-blocks-active-text-no-hole = 我们让服务器来敲 { $port } 端口，它的敲门一直没到；我们为它的 { $data } 端口从里面打洞，一直打到第 { $farthest } 跳，也没到。如果它从 { $data } 端口呼出（Debian 和 Red Hat 配置的 vsftpd 就是这样），到那里为止的有状态防火墙都排除了：剩下服务器自己那边，或无状态过滤器。如果它从别的端口呼出，这个洞说明不了什么。
firewall-blocks-active-text-no-hole-calls = 我们让服务器来敲 { $port } 端口，它的敲门一直没到；我们为它的 { $data } 端口从里面打洞，一直打到第 { $farthest } 跳，也没到。它确实从 { $data } 端口呼出，所以到那里为止的有状态防火墙都排除了：剩下服务器那边不让它呼出，或你这边有无状态过滤器。
firewall-blocks-active-text-path = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了我们公布的端口，却没人来敲门。从里面发 SYN 把洞一直打到第 { $hop } 跳之后，敲门就到了：那里，也就是你的网络和服务器之间，有状态防火墙或 NAT，不请自来的一律不放行。
client-firewall-blocks-active-title = 你这边的防火墙挡住了主动模式：不放人进来
    .read = 客户端这边的防火墙挡住了主动模式：不放人进来
client-firewall-blocks-active-text-read = 主动模式下，客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器的敲门已到达客户端一侧，但没有应答：那里的防火墙（多半是客户端自己的）不让没有叫过的人进来。
server-firewall-blocks-active-text-read = 主动模式下，客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了通告，却看不到它的敲门离开服务器一侧：那里的防火墙不让它呼出（缺少规则 active-3），或者服务器没有去敲。
client-firewall-blocks-active-text-arrives = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。敲门已经到了本机，却在这里被丢掉：是本机自己的防火墙，它不放行不请自来的连接。
client-firewall-blocks-active-text = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了我们公布的端口，却没人来敲门。从里面发 SYN 在{ $box }上打了洞之后，敲门就到了。可见正是它不放行不请自来的连接。
box-own = 本机自己的防火墙
box-gateway = 你的网关（第 1 跳）
box-far = 第 { $hop } 跳的设备
client-firewall-blocks-active-fix = 在那道防火墙上放行来自 { $server } 的连接；更好的办法是用被动模式。服务器从哪个端口连过来，要看它用的软件。
server-firewall-blocks-active-title = 服务器那边的防火墙不让它往外连
server-firewall-blocks-active-text = 主动模式是客户端开门，服务器来敲：服务器 { $data } ──▶ 客户端 { $port }。服务器接受了我们公布的端口，却没人来敲门；从本机到服务器前最后一个路由器，每道防火墙都从里面打过洞，敲门还是没来。是服务器那边不让它往外连：那里缺少规则 active-3。
server-firewall-blocks-active-fix = 允许服务器从端口 { $data } 连到客户端 1023 以上的端口。
firewall-blocks-active-fix-path = 请用被动模式；否则要请那个网络的管理方放行服务器连进来。
seen-hole-open = 把洞打到第 { $ttl } 跳，敲门到了
seen-hole-shut = 把洞打到第 { $ttl } 跳，敲门还是没到
firewall-blocks-active-fix-client = 如果是客户端这边在挡：放行来自 { $server } 的连接；更好的办法是用被动模式。服务器从哪个端口连过来，要看它用的软件。
firewall-blocks-active-fix-server = 如果是服务器那边在挡：允许它从端口 { $data }（服务器无权使用 { $data } 时则从任意端口）连到客户端 1023 以上的端口。

client-nat-breaks-active-title = 你这边的 NAT 使主动模式失效
    .read = 客户端这边的 NAT 使主动模式失效
client-nat-breaks-active-title-between = 你和服务器之间有地址转换：主动模式失效
    .read = 客户端和服务器之间有地址转换：主动模式失效
client-nat-breaks-active-title-relay = 服务器前面的中继隐去了你的地址：主动模式失效
client-nat-breaks-active-title-there = 服务器前面有地址转换：主动模式失效
client-nat-breaks-active-text-relay = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，这是我们自己的地址，服务器看到的却是 { $seen }，那是它自己这台机器的地址：在 { $server } 应答的是一个中继，它接下我们的连接，再自己另连服务器。服务器只会去敲中继的门，而中继对此一无所知。
client-nat-breaks-active-text-there = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，服务器看到的却是 { $seen }，那是它自己网络里的地址：它前面的负载均衡、NAT 或容器代理把每个客户端的地址换成了自己的。这不是你这边的 NAT。
client-nat-breaks-active-text = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，这是我们自己的地址，服务器看到的却是 { $seen }：中间有 NAT。服务器回绝了这个陌生地址：{ $reply }
    .read = 主动模式下，客户端告诉服务器该敲哪扇门。它说的是“来敲 { $own }”，这是它自己的地址，服务器看到的却是 { $seen }：中间有 NAT。服务器回绝了这个陌生地址：{ $reply }
client-nat-breaks-active-text-unseen = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，这是我们自己的地址，服务器却说它不是我们的：{ $reply }。服务器看到的是另一个地址：中间有 NAT。
    .read = 主动模式下，客户端告诉服务器该敲哪扇门。它说的是“来敲 { $own }”，这是它自己的地址，服务器却说这地址不是它的：{ $reply }。服务器看到的是另一个地址：中间有 NAT。
client-nat-breaks-active-text-silent = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，这是我们自己的地址，服务器看到的却是 { $seen }：中间有 NAT。敲门要么敲到了 NAT 上，要么不知去向，没人知道那是找我们的。
    .read = 主动模式下，客户端告诉服务器该敲哪扇门。它说的是“来敲 { $own }”，这是它自己的地址，服务器看到的却是 { $seen }：中间有 NAT。敲门要么敲到了 NAT 上，要么不知去向，没人知道那是找客户端的。
client-nat-breaks-active-text-external = 主动模式下，客户端告诉服务器该敲哪扇门。我们按要求说了“来敲 { $external }”，服务器看到我们的地址却是 { $seen }，于是回绝：{ $reply }
client-nat-breaks-active-text-external-silent = 主动模式下，客户端告诉服务器该敲哪扇门。我们按要求说了“来敲 { $external }”。服务器接受了，却没人来敲门：NAT 没有把那个端口转给本机，或者防火墙把敲门丢了。
client-nat-breaks-active-text-inner = 主动模式下，客户端告诉服务器该敲哪扇门。我们说的是“来敲 { $own }”，这是私网地址，外面谁也到不了；没人来敲门。
    .read = 主动模式下，客户端告诉服务器该敲哪扇门。它说的是“来敲 { $own }”，这是私网地址，外面谁也到不了；没人来敲门。
client-nat-breaks-active-fix-relay = 不要用中继（socat、端口转发程序、TCP 代理），改用 NAT 转发 21 端口和整段被动端口，这样会保留客户端地址；或者用懂 FTP 的代理。只中继 21 端口，主动和被动模式都不通。
client-nat-breaks-active-fix-there = 让服务器前面的负载均衡或 NAT 保留客户端的地址（进来的流量不做源地址转换；Kubernetes：externalTrafficPolicy Local；Docker：userland-proxy false 或使用主机网络）。
client-nat-breaks-active-fix-client = 要让主动模式能用，NAT 上得有 FTP 助手，或者把一段端口转发到本机，并以公网地址公布（这里用 --active-ports 和 --external-ip）。
    .read = 要让主动模式能用，NAT 上得有 FTP 助手，或者把一段端口转发到客户端，并以公网地址公布。

active-disabled-title = 服务器不接受主动模式
active-disabled-text = 服务器用应答回绝了 { $verbs }：{ $reply }。根本没有敲门，所以怪不到防火墙。许多服务器有意如此。
active-disabled-fix-server = 如果要服务只会主动模式的客户端（Windows ftp.exe、某些设备），请允许 PORT 和 EPRT。

active-source-port-unexpected-title = 服务器从端口 { $port } 连过来，不是 { $data }
active-source-port-unexpected-text = 数据连接来自端口 { $port }；按规定应是 { $data }，即控制端口减一。没有权限使用它的服务器会随便取一个端口。只有认准源端口 { $data } 的防火墙才会介意。
active-source-port-unexpected-fix = 如果防火墙认准源端口 { $data }：vsftpd 设 connect_from_port_20=YES，ProFTPD 设 RootRevoke off；更好的办法是让防火墙不看源端口。

active-source-address-unexpected-title = 服务器从另一个地址 { $from } 连过来
active-source-address-unexpected-text = 控制连接连的是 { $server }，主动模式的数据连接却来自 { $from }。我们没有让它进来：从别的地址来敲门的，可能是任何人。防火墙和谨慎的客户端也都这样做。
active-source-address-unexpected-fix-server = 让服务器从客户端所连的那个地址往外连（查多地址、出站 NAT，或前面的负载均衡）。

## TLS
tls-failure-none = 握手已完成
tls-failure-alert = 服务器以告警 { $description } { $name } 结束了握手
tls-failure-not-tls = 对 ClientHello 的回答不是 TLS：“{ $head }”
tls-failure-old = 服务器要用 { $version }
tls-failure-old-unnamed = 服务器要用的版本不是 TLS 1.2 或 1.3
tls-failure-no-cipher = 服务器以告警 { $description } 结束了握手：多半是没有共同的加密套件
tls-failure-closed = 服务器在握手中关闭了连接
tls-failure-reset = 握手中连接被重置
tls-failure-timed-out = 对 ClientHello 没有响应
tls-failure-stopped = 收到服务器 { $bytes } 字节后握手停住
tls-failure-untrusted = 证书不可信：{ $reason }
tls-failure-untrusted-unknown = 证书不可信
tls-failure-other = { $text }
tls-unsupported-title = 服务器不提供 TLS
tls-unsupported-text = 本次要求使用 TLS，服务器回绝了 { $command }：{ $reply }。所以用户名和密码都没有发出。要么服务器没有配置 TLS，要么途中有设备从中作梗，不让双方用上 TLS。
tls-unsupported-text-now = 本次要求使用 TLS，服务器暂时回绝了 { $command }：{ $reply }。所以用户名和密码都没有发出。服务器读不到证书或私钥时常这样应答。
tls-unsupported-fix-server = 配置证书，启用 TLS。
tls-unsupported-fix-user = 请对方提供别的方式（SFTP、HTTPS）；明文 FTP 会让途中每个人都看到密码。
not-login-nobody-named = 没有尝试登录：用户名没有发出
tls-handshake-failed-title = TLS 握手失败
tls-handshake-failed-title-data = 数据连接的 TLS 握手失败
tls-handshake-failed-title-injected = TLS 握手之前混进了明文应答
tls-handshake-failed-text = TLS 已经开始，握手却失败了：{ $failure }。用户名和密码都没有发出。
tls-handshake-failed-text-old = 没能建立 TLS 连接：{ $failure }。本程序使用 TLS 1.2 和 1.3；更老的版本已不安全（RFC 8996）。用户名和密码都没有发出。
tls-handshake-failed-text-cipher = 没能建立 TLS 连接：{ $failure }。本程序只提供有前向保密的套件；一个都不支持的服务器，不是太老就是配置古怪。
tls-handshake-failed-text-box = 我们开始 TLS 握手，结果：{ $failure }。途中有设备在解读 FTP、碰到读不懂的就翻脸时，正是这个样子；服务程序崩溃时看起来也一样。
tls-handshake-failed-text-clear = 端口 { $control } 本应从第一个字节起就用 TLS，它却说明文：{ $failure }。用户名和密码都没有发出。
tls-handshake-failed-text-data = 控制连接已加密。{ $verbs } 的数据连接已建立，但 TLS 握手失败：{ $failure }。
tls-handshake-failed-text-injected = 服务器同意用 TLS，在那条应答之后又跟来了明文：“{ $text }”。谁相信它，就是把途中陌生人的话当成了 TLS 里的话。我们一概没有采信，用户名和密码都没有发出。有毛病的服务器也会这样。
tls-handshake-failed-fix-server = 查看服务器的 TLS 日志：支持的版本、套件，以及能否读到证书和私钥。
tls-handshake-failed-fix-box = 找出会检查 FTP 的防火墙（ALG），把这个端口排除在外。
tls-handshake-failed-fix-clear = 改用显式 TLS（ftpes://），或改用从第一个字节起就用 TLS 的端口，通常是 990。
tls-handshake-failed-fix-data = 查看服务器 TLS 日志中关于数据连接的部分：处理它的进程必须能读到私钥。
tls-handshake-failed-fix-injected = 查清你和服务器之间是谁；在此之前不要从这里登录。
seen-handshake = 握手：{ $failure }
tls-certificate-invalid-title = 服务器的证书不可信
tls-certificate-invalid-title-data = 数据连接的证书不可信
tls-certificate-invalid-text = 服务器出示的证书属于 { $subject }，由 { $issuer } 签发：{ $reasons }。检查证书的客户端（都应该检查）到此为止；用户名和密码都没有发出。
tls-certificate-invalid-text-insecure = 服务器出示的证书属于 { $subject }，由 { $issuer } 签发：{ $reasons }。按要求（--insecure）没有计较；检查证书的客户端会到此为止。
tls-certificate-invalid-text-data = 控制连接的证书没有问题。数据连接的证书属于 { $subject }，由 { $issuer } 签发，却有问题：{ $reasons }。可能是另一台服务器，也可能是同一台上的另一处设置。
tls-certificate-invalid-fix-renew = 更新证书（并核对两边的时钟）。
tls-certificate-invalid-fix-name = 换一张与客户端所用域名相符的证书。
tls-certificate-invalid-fix-chain = 使用客户端认识的机构签发的证书，并连同整条证书链一起发送。
tls-certificate-invalid-fix-roots = 安装受信任的根证书（Debian：软件包 ca-certificates）。
tls-certificate-invalid-fix-other = 换一张当前软件能接受的证书。
tls-certificate-invalid-fix-user = 如果你认识这台服务器，向它的管理员核对指纹，然后信任这张证书或它的签发机构（这里用 --ca FILE）。
seen-certificate = 证书：{ $subject }，签发者 { $issuer }，有效期 { $from } 至 { $until }，SHA-256 { $sha256 }
distrust-and = { $first }；{ $second }
tls-session-reuse-required-title = 数据连接必须复用 TLS 会话
tls-session-reuse-required-text = 复用控制连接的会话时取到了列表；另用新会话时，同样的请求被拒绝。服务器把复用当作凭证：来敲数据端口的就是登录的那一位。好的客户端都会复用（FileZilla、WinSCP、lftp、curl）；做不到的程序库会在 TCP 连接建立之后失败，看着像防火墙，其实不是。
tls-session-reuse-required-text-failed = 数据连接已建立，但服务器拒绝了：{ $reply }。它要求数据连接复用控制连接的 TLS 会话，而这里没有会话可以复用。
tls-session-reuse-required-fix-sessions = 让服务器发出可以复用的会话（会话缓存、ticket），或者不要求复用。
tls-session-reuse-required-fix-user = 使用会在数据连接上复用会话的客户端。
tls-session-reuse-required-fix-server = 如果要服务不会复用的客户端，就不要这样要求。
tls-data-not-closed-title = TLS 数据连接结束时没有 close_notify
tls-data-not-closed-text = 列表取到了，226 也说它是完整的；但 { $times } 条 TLS 数据连接都只以 TCP 的 FIN 结束，没有 TLS 自己的结束语（close_notify）。坚持要这句话的客户端分不清这是结束还是被截断，会把收到的内容丢掉：FileZilla（"GnuTLS error -110"）、PHP、Ruby、某些版本的 Python ftplib。curl、lftp 等则会保留，看上去就像是客户端的错。
tls-data-not-closed-text-some = 列表取到了，226 也说它是完整的；但 { $of } 条 TLS 数据连接中有 { $times } 条只以 TCP 的 FIN 结束，没有 TLS 自己的结束语（close_notify）。坚持要这句话的客户端分不清这是结束还是被截断，会把收到的内容丢掉：FileZilla（"GnuTLS error -110"）、PHP、Ruby、某些版本的 Python ftplib。
tls-data-not-closed-text-read = 数据连接已建立，却只以 TCP 的 FIN 结束，没有 TLS 自己的结束语（close_notify）。客户端坚持要这句话，因为它分不清这是结束还是被截断，于是把收到的内容丢掉了。别的程序会保留（curl、lftp）：网络没有错。
tls-data-not-closed-fix-server = 更新服务器程序和它的 TLS 库，或者向开发者反映：关闭数据连接之前必须发送 close_notify（RFC 8446 §6.1）。当前的 vsftpd、ProFTPD、Pure-FTPd、pyftpdlib 和 FileZilla Server 都会发送。
tls-data-not-closed-fix-user = 在此之前请用能接受这种结束方式的程序：curl、lftp。
seen-unclosed = { $verb }：数据以 FIN 结束，之前没有 close_notify
not-early-completed = 服务器用 226 说明已经发完
data-tls-refused-title = 服务器不加密数据连接
data-tls-refused-text = 控制连接已加密，但 PROT P（加密数据连接）被回绝：{ $reply }。没有取列表：明文传输的话，途中每个人都能读到。
data-tls-refused-text-clear = 服务器同意加密数据连接（PROT P），数据连接上却是：{ $failure }。明文传来的内容没有当作列表接受。
data-tls-refused-fix-server = 让服务器加密数据连接（PROT P）；原因见它的设置和 TLS 日志。
tls-blinds-firewall-helper-title = 明文能传数据，TLS 下不行：FTP 助手失明了
tls-blinds-firewall-helper-text = TLS 下 { $verbs } 的敲门一次也进不去；明文下用 { $clear } 敲同一台服务器的端口 { $port } 就能进。{ $sure ->
    [yes] 可见端口不是一直开着的：
   *[no] 也可能只是碰巧抽到的端口不同；否则就是：
}防火墙或 NAT 里的 FTP 助手（ALG）读到明文里公布的端口，及时打开那一个。TLS 下它什么也读不到，什么也不会打开。
tls-blinds-firewall-helper-text-active = TLS 下服务器的敲门（{ $verbs }）到不了；明文下 { $clear } 能用。可见途中的防火墙或 NAT 里有 FTP 助手（ALG），它读到明文的主动模式命令，填上正确的地址，再把门打开。TLS 下它什么也读不到。
tls-blinds-firewall-helper-text-both = TLS 下两个方向的数据连接都建立不了（{ $verbs }），明文下都可以。可见防火墙或 NAT 里有 FTP 助手（ALG），它读到明文里公布的端口，及时打开那一个。TLS 下它什么也读不到，什么也不会打开。
tls-blinds-firewall-helper-fix-server = 给服务器设定固定的被动端口范围（{ $min }-{ $max }），长期只放行这个范围（在 NAT 上则转发它），并让服务器公布自己的公网地址。
tls-blinds-firewall-helper-fix-active = TLS 下请用被动模式：主动模式要穿过 NAT，全靠助手。
seen-227-differs = 227 在明文下给出 { $clear }，在 TLS 下给出 { $tls }：途中被改写过
not-blocked-in-clear = 同一服务器的端口，用明文公布时就能进
distrust-expired = 已于 { $on } 过期
distrust-expired-chain = 证书链中的第 { $place } 张证书已于 { $on } 过期
distrust-not-yet = { $from } 之前尚未生效
distrust-wrong-name = 签发给 { $names }，不是 { $wanted }
distrust-common-name-only = 域名 { $name } 只写在主题里，不在证书适用的域名之列
distrust-unknown-issuer = 由 { $issuer } 签发，这里没人信任它，或者缺少中间证书
distrust-self-signed = 自签名：自己给自己担保
distrust-no-roots = 本机没有受信任的根证书
distrust-bad-signature = 签名不对：密钥与证书不符
distrust-weak-signature = 用 { $algorithm } 签名，这种算法已不受信任
distrust-weak-key = RSA 密钥只有 { $bits } 位
distrust-not-for-servers = 不是服务器证书
distrust-revoked = 已被吊销
distrust-unreadable = 无法解读：{ $text }
distrust-other = { $text }

## Families
ipv6-needs-epsv-title = IPv6 上的被动模式需要 EPSV，而服务器不接受它
ipv6-needs-epsv-text = PASV 只能表示 IPv4 地址，所以在 IPv6 上没有 EPSV 就没有被动模式。服务器对 EPSV 的应答是 { $reply }
ipv6-needs-epsv-fix-server = 允许 EPSV（和 EPRT）；在服务器能做到之前，先去掉 AAAA 记录。
ipv6-needs-epsv-fix-user = 使用 IPv4（-4）。
ipv6-broken-title = { $broken } 不通，另一个地址族能通
ipv6-broken-text = 这个域名既有 IPv6 地址，也有 IPv4 地址。{ $works } 有响应，{ $address } 没有。客户端先试 IPv6，要等一阵（有的要等几分钟）才退回 IPv4。
ipv6-broken-text-ipv4 = 这个域名既有 IPv6 地址，也有 IPv4 地址。{ $works } 有响应，{ $address } 没有。没有 IPv6 的客户端进不来。
ipv6-broken-fix-server = 在 { $broken } 上也放行端口 21 和被动端口范围（IPv4 的规则对 IPv6 不起作用），让服务器在那里监听；要么去掉相应的 DNS 记录。
ipv6-broken-fix-user = 修好之前先用 { $works }。
nat64-needs-epsv-title = NAT64 后面的被动模式需要 EPSV，而服务器不接受它
nat64-needs-epsv-text = 服务器的地址以 64:ff9b:: 开头，说明它只有 IPv4，由 NAT64 转换过去。经过 NAT64 只有 EPSV 行得通，而服务器对它的应答是 { $reply }
nat64-needs-epsv-fix-server = 允许 EPSV（RFC 2428 说服务器在 IPv4 上也应接受它）。
nat64-needs-epsv-fix-user = 换用有 IPv4 的网络，或其 NAT64 带 FTP 助手的网络（RFC 6384）。

## The server, and boxes that answer for it
server-rejects-data-peer-title = 服务器不接受我们的数据连接：地址不对
    .read = 服务器不接受客户端的数据连接：地址不对
server-rejects-data-peer-text = 数据连接已建立，接着服务器说：{ $reply }。它看到数据连接和控制连接来自不同的地址。这不是防火墙，而是出口有多个地址（NAT 地址池、两条线路），或者服务器前有设备隐藏了客户端的地址。
server-rejects-data-peer-text-inside = 有人连到了数据端口，随后服务器说：{ $reply }。它看到数据连接和控制连接来自不同的地址；控制连接的客户端在它看来是 { $seen }，那是它自己内网的地址。地址是在服务器这一侧被转换的（容器网络、负载均衡器、代理），而且两条连接转换得不一样。
server-rejects-data-peer-fix-network = 让控制连接和数据连接从同一个公网地址出去（NAT 使用“address pooling paired”，每个会话固定走一条线路）。
server-rejects-data-peer-fix-server = 如果前面有负载均衡、容器网络或代理，让它保留客户端的地址。关掉这项检查（vsftpd pasv_promiscuous）是最后的办法：别人就可能窃取传输内容。
server-rejects-data-peer-text-several = 数据连接已建立，接着服务器说：{ $reply }。本次测试的几次登录中，它看到我们的地址各不相同：{ $seen }。控制连接和数据连接从不同的地址出去，在服务器看来，来敲门的是个陌生人。
    .read = 数据连接已建立，接着服务器说：{ $reply }。几次登录中，它看到的客户端地址各不相同：{ $seen }。控制连接和数据连接从不同的地址出去，在服务器看来，来敲门的是个陌生人。
seen-as-several = 几次登录中，服务器看到我们的地址分别是 { $seen }
    .read = 几次登录中，服务器看到客户端的地址分别是 { $seen }
data-intercepted-title = 有别的设备代服务器应门
data-intercepted-text = 每个被动数据连接都已建立，却一个字节也没来；服务器从未公布过的端口 { $ports }，敲了竟也有人应。所以应门的不是服务器，而是途中一台来者不拒的设备：透明代理、SYN 代理或病毒扫描。
data-intercepted-text-nearer = 每个被动数据连接都已建立，却一个字节也没来；服务器从未公布过的端口 { $ports }，敲了竟也有人应；而且应门的在第 { $hop } 跳，服务器却在 { $hops } 跳之外。所以是途中一台设备代服务器接下了所有连接：透明代理、SYN 代理或病毒扫描。
data-intercepted-fix-network = 让代理或内容检查不再处理到这台服务器的 FTP，或给那台设备配上 FTP 助手。
transfer-stalls-title = 传输开始了，却停住不动
transfer-stalls-title-file = 长时间的传输走不到头
transfer-stalls-title-control = 长时间传输之后，控制连接已经死了
seen-answers-nearer = 只能走 { $hop } 跳的 SYN，在数据端口上有响应；控制端口却要 { $hops } 跳
transfer-stalls-text = 数据连接已建立，收到 { $bytes }，之后再无数据。进来的路是通的，但途中有什么在吞包：只吞大包（路径 MTU 黑洞），或者过一阵就全吞。
transfer-stalls-text-nothing = 数据连接握手成功，之后一个字节也没来。可能途中有设备代服务器应门（透明代理、SYN 代理），或者服务器卡住了；也可能只是大包丢失。
transfer-stalls-text-completion = 数据已收齐，数据连接也正常关闭，服务器却一直没说 226。控制连接可能在此期间被 NAT 清掉了，或者服务器卡住了。
transfer-stalls-text-completion-empty = 数据连接没来一个字节就正常关闭了，服务器既没说 226，也没说别的。也许目录是空的，而控制连接在此期间被 NAT 丢了，或者服务器卡住了。
transfer-stalls-text-reply = 服务器始终没有应答 { $command }，而之前的命令它都应答了。也许途中有设备把这条命令吞了。
transfer-stalls-text-file = 列表能取到，但下载 { $path } 到 { $bytes } 就停了，之后再无数据。途中有什么过一阵就开始吞包（流量限额、内容检查、路由变化），或者服务器不再发送。
transfer-stalls-text-file-control = 列表能取到。下载 { $path } 时收到 { $bytes }，数据连接也正常关闭了，却始终没等到收尾的 226：控制连接一直没有动静，已经死了。途中的 NAT 或防火墙会忘掉没有动静的连接。
transfer-stalls-text-file-closed = 列表都正常，但在取 { $path } 的途中（已收到 { $bytes }）控制连接被关闭或重置了。忘掉连接不会是这个样子：是服务器，或者替它说话的设备，自己结束的。
transfer-stalls-text-file-forgotten = 列表能取到。下载 { $path } 时收到 { $bytes }，数据连接也正常关闭了，却始终没等到收尾的 226；控制连接启用 TCP keep-alive 再来一次，就正常结束了。可见途中的 NAT 或防火墙会忘掉没有动静的连接，而文件传多久，控制连接就沉默多久。
transfer-stalls-fix-network = 找找两者之间的代理、病毒扫描或会检查内容的防火墙，并放行 ICMP “fragmentation needed”（IPv6 为 “packet too big”）。
transfer-stalls-fix-server = 在这样的传输进行时，查看服务器的日志和连接（“ss -tno”）。
listing-refused-title = 服务器不给列表
listing-refused-text = 路是通的，但服务器对 { $command } 的应答是 { $reply }
listing-refused-text-path = 路是通的，但服务器不肯列出 { $path }：{ $reply }
listing-refused-fix-user = 换一个目录（ftp://host/path/）。
listing-refused-fix-server = 确认目录存在、用户有读权限（权限、chroot、SELinux），并且允许 LIST。
unexplained-title = { $verbs }：不通，也没有相符的已知原因
unexplained-text = { $verb }：{ $why }。没有哪个已知原因会这样，或者像好几个，哪个都不够确定。观察到的情况列在下面；由此看不出问题在哪一边。
unexplained-fix-server = 看服务器那一秒的日志，查这个应答在那里是什么意思。
unexplained-fix-user = 再运行一次，并保存下来给别人看：--save facts.json（--mask 会隐去名字和地址）。再运行就消失的，只是偶然。
data-closed-early-title = 数据连接没传完就断了
data-closed-early-text = 数据连接已建立，收到 { $bytes } 后被重置，列表还没传完。可能是检查数据内容的防火墙，也可能是服务器出错。
data-closed-early-text-reply = 数据连接已建立，收到 { $bytes } 后服务器中断了传输：{ $reply }
data-closed-early-text-control = 数据连接已建立，收到 { $bytes } 后控制连接断开，服务器还没来得及说数据已发完。
data-closed-early-title-before = { $command } 之后控制连接中断
data-closed-early-text-before = { $command } 之后控制连接被结束，还没来得及尝试数据连接：结束它的是服务器，或者路上某个会读命令、不接受这条命令的设备。
data-closed-early-fix-before = 请看服务器上这次会话的日志：如果命令根本没到，就是路上检查内容的防火墙结束了连接。
data-closed-early-fix-server = 查看服务器上这次传输的日志；检查有没有病毒扫描或检查内容的防火墙，以及磁盘空间。

not-mtu-answered-for = 应门的根本不是服务器
not-mtu-small-too = 较小的报文段也没有通
not-intercepted-cured = 报文段一变小，数据就来了
not-nat-rewritten = 数据来了：有人填上了正确的地址
not-partly-open-before = 就是这些端口，片刻之前还是开的
not-refused-some-open = 同一台服务器的其他被动端口是开的
not-another-server-nearer = RST 来自比服务器更近的地方，那里不会有另一台同类的机器
not-another-server-late = 如果是几台机器轮流，第一次敲门有时也会进去
seen-reset-nat = RST 来自服务器前面一台用着服务器地址的设备：NAT 没有转发这些端口
seen-reset-end = RST 来自和服务器一样远的地方
seen-announced-beside = 另外又公布并敲了 { $count } 个端口；能进的一共有：{ $open }；{ $how ->
    [none] 没有不通的
    [timed-out] 没有回应：{ $shut }
    [refused] 回 RST：{ $shut }
   *[other] 被拒绝：{ $shut }
}
seen-tls-and-clear = TLS 下敲过的端口都不通：{ $shut }；明文下都通：{ $open }
what-listing = 列表
what-file = 文件
path-mtu-black-hole-title = 大包在途中丢失
path-mtu-black-hole-text = 数据连接已建立，{ $what }却始终没来。同样的操作，报文段不超过 { $mss } 字节就通了。途中有一段链路能过的包比两端所发的小，而本该说明此事的消息（ICMP “fragmentation needed”，IPv6 为 “packet too big”）又被丢掉：登录、短列表和小文件都正常，大一点就卡住。
path-mtu-black-hole-text-read = 数据连接已建立，{ $size } 字节的段重发了 { $again } 次，始终没有被确认，小的段却能通过。{ $told ->
    [yes] 途中有路由器说它们对下一段链路来说太长（ICMP “fragmentation needed”、“packet too big”），发送方却照旧：它那一端的防火墙挡住了这个消息。
   *[no] 途中某段链路只能过更小的包，而说明这一点的消息（“fragmentation needed”）又被过滤，看上去就是这样。
}
path-mtu-black-hole-fix-server = 在服务器和它的网关上放行这种 ICMP 消息；把 ICMP 全部丢弃的防火墙会让大文件传输失败。
path-mtu-black-hole-fix-network = 或者让那段窄链路（隧道、VPN、PPPoE）上的路由器使两端协商出较小的报文段。
alg-rewrites-control-title = 途中的 FTP 助手改写了主动模式命令
alg-rewrites-control-text = { $verb } 带着我们自己的地址 { $own } 被接受，数据也来了，而服务器看到我们的是另一个地址。把它放在同一报文段里另一条命令之后，助手看漏了，同样的 { $verb } 就被回绝。可见途中的 NAT 上有 FTP 助手（ALG）填上了正确的地址。控制连接是明文时它帮得上忙；TLS 下它失明，客户端设了“外部地址”时还会帮倒忙。
alg-rewrites-control-text-shut = { $verb } 带着我们自己的地址 { $own } 被接受；放在同一报文段里另一条命令之后，助手看漏了，就被回绝。可见途中的 NAT 上有 FTP 助手（ALG）填上了正确的地址；但服务器按那个地址来敲门，还是被拦住了。
alg-rewrites-control-text-unheard = { $verb } 带着我们自己的地址 { $own }，让服务器的敲门穿过 NAT 到了我们这里。放在同一报文段里另一条命令之后，助手看漏了，就没人来敲门。这正是 NAT 上的 FTP 助手（ALG）所做的：填上正确的地址，把路打开。TLS 下它就失明了。
helper-opens-pinholes-title = 数据端口公布一个才开一个：用上 TLS 就不灵了
helper-opens-pinholes-text = 端口 { $ports }：第一次敲门放进去了；它还站在那里，我们从另一个端口再敲一次，就没有回音。端口范围要是一直开着，第二次也会过去，由服务器来回应。可见是有谁听到服务器报出端口，才给这一个连接临时开门：这是读控制连接的 FTP helper（ALG）。控制连接一加密（FTPS），它就什么也听不到，被动模式的每次传输都会超时。
helper-opens-pinholes-text-swept = { $ports } 在服务器通告之后马上是开的，不通告就没有回应：FTP helper（ALG）听到通告，才给一个连接打开端口，哪怕范围里也许有一部分一直开着。控制连接一加密（FTPS），它就什么也听不到：被动模式的传输一旦抽到这样的端口就会超时。
helper-opens-pinholes-text-read = 端口 { $ports }：第一次敲门放进去了；它还站在那里，我们从另一个端口再敲一次，就没有回音。而且半条 PORT 命令在路上被扣住，半条 NOOP 却不会：路上有谁看得懂 FTP。可见是 FTP helper（ALG）听到服务器报出端口，才给这一个连接临时开门。控制连接一加密（FTPS），它就什么也听不到，被动模式的每次传输都会超时。
helper-opens-pinholes-text-nat = 端口 { $ports }：第一次敲门放进去了；它还站在那里，再敲端口 { $port }，就被服务器前面的一台设备用服务器自己的地址拒绝（第 { $hop } 跳）。可见服务器那边的 NAT 是靠 FTP helper（ALG）听到端口报出来，才给这一个连接转发。控制连接一加密（FTPS），它就什么也听不到：被动模式的每次传输都会被拒绝，227 里还可能是内网地址。
seen-nearer = 端口 { $port } 的 RST 来自第 { $hop } 跳，而控制连接在那里还要继续转发
helper-opens-pinholes-fix-nat = 启用 TLS 之前，先在 NAT 上长期转发被动端口范围，并让服务器公布公网地址。
helper-opens-pinholes-fix = 启用 TLS 之前，先长期放行被动端口范围。
helper-opens-pinholes-fix-client = 如果这个 helper 在你自己的网关上（只放行报出来的端口），就在那里放行去往被动端口的连接。
seen-second-silent = 端口 { $port }：第一次敲门放进去了，第二次 { $took } 内没有回音
seen-second-refused = 端口 { $port }：第一次敲门放进去了，第二次被拒绝
seen-offers-tls = 服务器提供 TLS（FEAT 里有 AUTH）
seen-opened-announced = { $ports }：通告之后马上是开的，不通告就没有回应
seen-swept-unannounced = 这些端口一个也没有被通告过，读控制连接的设备也许会在通告时打开它们
seen-halves = 单独放在一个报文段里的半条 PORT 没有被确认，半条 NOOP 却被确认了
control-idle-dropped-title = 空闲的控制连接被途中设备清掉了
control-idle-dropped-title-server = 服务器会结束空闲的会话
control-idle-dropped-text = 控制连接本来正常；空闲 { $held } 之后，NOOP 完全没有响应。途中的 NAT 或状态防火墙已清掉这条连接的会话记录，属于它的包一律丢弃。传输只要这么久就会出同样的事：文件到了，收尾的 226 却永远不来。
control-idle-dropped-text-reset = 控制连接本来正常；空闲 { $held } 之后被重置。途中的 NAT 或状态防火墙已清掉这条连接的会话记录（或者服务器重启过）。传输只要这么久就会出同样的事：文件到了，收尾的 226 却永远不来。
control-idle-dropped-text-kept = 控制连接本来正常；空闲 { $held } 之后已经死了。启用 TCP keep-alive 再来一次，它就活着。可见途中的 NAT 或状态防火墙会清掉空闲连接的会话记录。传输只要这么久就会出同样的事：文件到了，收尾的 226 却永远不来。
control-idle-dropped-text-said = 空闲不到 { $held }，服务器自己结束了会话：{ $reply }。这是服务器自己的空闲时限，不是防火墙；只要它比人和程序的停顿长，就不算毛病；RFC 1123 要求至少五分钟。
control-idle-dropped-text-closed = 空闲不到 { $held }，连接被正常关闭，一句话也没说。看来是服务器自己的空闲时限，不是防火墙。
control-idle-dropped-fix-user = 在客户端打开 keep-alive（FileZilla：“Send FTP keep-alive commands”；WinSCP：keepalives；curl：--keepalive-time）。
control-idle-dropped-fix-network = 让 NAT 或防火墙把空闲 TCP 连接的会话至少保留 2 小时 4 分钟（RFC 5382）。
control-idle-dropped-fix-server = 如果会话要保持更久，调高服务器的空闲时限。
seen-idle-answered = 空闲 { $held } 之后，NOOP 得到应答：{ $reply }
seen-idle-kept = 每 { $pause } 发一次 TCP keep-alive，{ $held } 之后 NOOP 得到应答：{ $reply }
seen-idle-said = 空闲 { $held } 期间，服务器说：{ $reply }
seen-idle-closed = 空闲 { $held } 期间，连接被正常关闭
seen-idle-reset = 空闲 { $held } 之后，连接被重置
seen-idle-silent = 空闲 { $held } 之后，NOOP 没有应答
seen-idle-silent-kept = { $held } 之后 NOOP 没有应答，尽管 TCP 每 { $pause } 都探问对方是否还在
seen-idle-not = 没有试空闲 { $held }：{ $because }
data-reaches-another-server-title = 数据连接到了另一台机器，不是登录的那台
data-reaches-another-server-text = 服务器公布的端口里，{ $open } 个让我们进，{ $refused } 个当场拒绝。一个地址后面有好几台机器时就是这样：登录到了这一台，敲门到了另一台，而那边没人公布过这个端口。防火墙拒绝了范围的一部分，看起来也一样。
data-reaches-another-server-text-several = 同一个地址自报的名字不一样（{ $faces }）：后面有好几台机器。公布的端口里，{ $open } 个让我们进，{ $refused } 个当场拒绝：登录到了这一台，敲门到了另一台，而那边没人公布过这个端口。
data-reaches-another-server-text-same = 服务器公布了端口 { $port }；第一次去敲被拒，片刻之后，什么话没说、什么事没做，同一个端口又让我们进了。一个地址后面有好几台机器：每条新连接都被分到其中另一台，而敲门必须到登录的那一台。
data-reaches-another-server-text-login = 能不能进取决于登录，而不是端口：一次登录只要有一个端口能进，它公布的端口就个个能进（{ $open } 次）；只要有一个被拒绝，就个个被拒绝（{ $refused } 次）。这正是一个地址后面有好几台机器的样子：登录有时到这台、有时到那台，而端口只属于其中一台。
seen-knock-again = 端口 { $port }，只公布了一次：敲门 { $refused } 次被拒，下一次放行
data-reaches-another-server-fix = 让每个客户端的控制端口和被动端口范围一起固定到同一台机器（源地址会话保持），或者给每台机器各设一段被动端口范围，并转发过去。
listing-refused-title-file = 要下载的文件被回绝
listing-refused-text-file = 无法下载 { $path }：{ $reply }。所以长时间的传输情况如何，不得而知。
listing-refused-fix-file = --get 请给一个该用户可读的文件路径。
note-file = 下载 { $path }：{ $why }。

## TLS
tls-required-title = 服务器要求先用 TLS 才能登录
tls-required-text = 服务器不让任何人用明文连接登录：{ $reply }
tls-required-text-implicit = 端口 { $control } 上 { $waited } 没人说话，但发 TLS ClientHello 就有响应：这个端口从第一个字节起就用 TLS。客户端和服务器都在等对方先开口。
tls-required-fix-explicit = 使用显式 TLS（ftpes://HOST，客户端里叫 “FTP over TLS”）。
tls-required-fix-implicit = 使用隐式 TLS（ftps://HOST:{ $control }）。

## The eight rules
rule-active-1 = 客户端 >1023 ──▶ 服务器 { $control }: 客户端打开控制连接
rule-active-2 = 服务器 { $control } ──▶ 客户端 >1023: 服务器在该连接上响应
rule-active-3 = 服务器 { $data } ──▶ 客户端 >1023: 服务器打开数据连接
rule-active-4 = 客户端 >1023 ──▶ 服务器 { $data }: 客户端在该连接上响应
rule-passive-1 = 客户端 >1023 ──▶ 服务器 { $control }: 客户端打开控制连接
rule-passive-2 = 服务器 { $control } ──▶ 客户端 >1023: 服务器在该连接上响应
rule-passive-3 = 客户端 >1023 ──▶ 服务器 { $range }: 客户端打开数据连接
rule-passive-4 = 服务器 { $range } ──▶ 客户端 >1023: 服务器在该连接上响应

## The text report
report-to-be-sure = 要确认，请在客户端所在处运行：{ $command }
page-read = 读到的内容
page-sequence = 按时间：谁发了什么，在哪里丢的
page-sequence-more = 还有 { $count } 条没有画出。
report-you = 你
    .read = 客户端
healthy-browsers = 浏览器还是打不开？Chrome、Firefox、Edge、Safari、Opera 从 2021 年起都不再支持 FTP：请用 FTP 程序。
healthy-not-tried-files = 没有试的：较长的传输（--get 路径），上传（从不试）。
healthy-not-tried-uploads = 没有试的：上传（从不试）。
range-tried = 大约 { $about } 个被动端口里试了 { $tried } 个；如果范围有四分之一不通，100 次这样的运行里有 { $unnoticed } 次看不出来：用 ftp-doctor audit 查。
range-tried-unknown = 试了 { $tried } 个被动端口；如果范围有四分之一不通，100 次这样的运行里有 { $unnoticed } 次看不出来：用 ftp-doctor audit 查。
range-tried-row = 试了 { $tried } 个连着的被动端口，说明不了别的端口：如果范围有四分之一不通，100 次这样的运行里有 { $unnoticed } 次看不出来：用 ftp-doctor audit 查。
range-tried-all = 服务器公布的 { $tried } 个被动端口全都试过。
verdict-healthy = 正常
verdict-limited = 受限可用
verdict-degraded = 部分可用
verdict-broken = 不可用
verdict-unreachable = 连不上
verdict-incomplete = 没有测全
report-read = 已读 { $file }（{ $format }）：{ $units } { $unit ->
    [packet] 个包
   *[line] 行
}，其中 { $used } 属于 FTP；{ $at ->
    [client] 在客户端一侧看到
    [server] 在服务器一侧看到
    [between] 在两端之间看到
   *[unknown] 不知道在哪里看到
}{ $by ->
    [said] （按 --at）
    [lives] （由包的 TTL 判断）
    [neighbours] （由同一链路上的主机判断）
    [loopback] （两端是同一台机器）
   *[other] {""}
}
report-read-client-moved = 客户端在自己一侧是 { $near }，在服务器一侧是 { $far }：中间有地址转换
report-read-server-moved = 服务器在客户端一侧是 { $near }，在自己一侧是 { $far }：中间有地址转换
report-read-changed = 途中被改：{ $sent }（{ $from }）到达时是 { $came }（{ $to }）
report-read-mss = 途中被改：最大报文段 { $sent } 字节（{ $from }）变成 { $came }（{ $to }）
report-read-sessions = { $count } 个会话，最差的在前：{ $list }{ $more ->
    [yes] {" "}…
   *[no] {""}
}（--session N 显示其中一个）
unread-cut = 未读：文件在第 { $number } { $unit ->
    [packet] 个包
   *[line] 行
}中间结束
unread-broken = 从第 { $number } { $unit ->
    [packet] 个包
   *[line] 行
}起未读：{ $detail }
unread-snapped = { $count } 个包只存了一部分，第一个是第 { $number } 个
unread-lost = 抓包本身丢了包（{ $count }）：文件中缺少的并不是网络丢的
unread-link-type = 未读：{ $count } 个链路类型 { $detail } 的包，第一个是第 { $number } 个
unread-encrypted = 未读：从第 { $number } { $unit ->
    [packet] 个包
   *[line] 行
}起对话已加密
unread-too-much = 未保留：{ $detail } 超出容量 { $count }
unread-unknown = 未读：{ $count } 行不属于已知程序，第一行是第 { $number } 行
report-from = 从 { $local } 测试
report-seen-as = ，服务器看到的是 { $seen }
report-nat-none = ，没有 NAT
report-nat-present = ，中间有 NAT
report-client = 客户端
report-server = 服务器
report-control = 控制连接
report-severity-problem = 问题
report-severity-warning = 警告
report-severity-info = 提示
report-confidence-proven = 已证实
report-confidence-likely = 很可能
report-confidence-possible = 有可能
report-side-client = 你这边
    .read = 客户端那边
report-side-server = 服务器那边
report-side-path = 途中
report-side-unknown = 位置不明
report-evidence = 观察到
report-ruled-out = 已排除
report-also = 由此引起
report-fix = 怎么改
report-who-user = 你
    .read = 客户端的用户
report-who-client-admin = 你这边的网管
    .read = 客户端那边的网管
report-who-server-admin = 服务器管理员
report-who-network-admin = 中间网络的管理方
report-rules = 服务器前防火墙的规则
report-rules-passes = 通
report-rules-blocked = 被挡
report-rules-not-tested = 未测
report-rules-all = 八条规则全部满足。
report-proxy = 提示：{ $variable } 指定了代理 { $value }。浏览器或客户端可能会用它；本次测试没有用。
report-cut-short-interrupted = 测试被中断：以上是到那时为止的结果。
report-cut-short-deadline = 已到总时限：缺的部分没有测。
report-system-name = 这个名称是由系统自己的解析器（mDNS、LDAP、WINS 等）查到的，不是 DNS。
report-more = 更多说明：ftp-doctor explain { $cause }
report-transcript = 对话记录（已略去密码）
report-no-reply = { $waited } 内没有应答
report-closed = 服务器关闭了连接
report-session = 第 { $number } 次登录，连到 { $peer }
report-stranger = { $verb } 期间有陌生人来敲我们的门，没有让他进来：{ $from }

## Two runs compared (diff)
diff-head = 对 { $host } 端口 { $port } 的两次测试
diff-head-two = 两次测试：A 对 { $host } 端口 { $port }，B 对 { $other } 端口 { $otherport }
diff-verdict-alike = 相同
diff-verdict-different = 不同
diff-verdict-two-servers = 两台服务器
diff-later = ，晚 { $gap }
diff-at = ，{ $when }
diff-span-seconds = { $number } 秒
diff-span-minutes = { $number } 分钟
diff-span-hours = { $number } 小时
diff-span-days = { $number } 天
diff-summary-alike = 没有要紧的差别：结论、各模式和诊断结果都相同。
diff-summary-two-servers = 看来是两台服务器：主机、地址和问候语没有一样相同。不作推断。
diff-summary-only = 只有 { $run } 能通：{ $verbs }。
diff-summary-otherwise = 两次都失败，但方式不同：{ $verbs }。
diff-summary-verdict = 结论不同：{ $a }和{ $b }。
diff-summary-findings = 诊断结果不同。
diff-outcome-none = 未要求
diff-conclusions-proven = 已证实
diff-conclusions-likely = 很可能
diff-conclusions-possible = 有可能
diff-side-client = { $run } 那边
diff-rests = 依据
diff-doubts = 存疑
diff-findings = 诊断结果
diff-finding-a = 仅 A：
diff-finding-b = 仅 B：
diff-finding-both = 两次都有：
diff-differences = 其他差别
diff-shared = 两条路共同的末段：{ $routers }，服务器
diff-unknown = 不明
diff-what-verdict = 结论
diff-what-mode = 模式
diff-what-finding = 诊断结果
diff-what-host = 主机
diff-what-port = 控制端口
diff-what-user = 用户
diff-what-tls = 要求的加密方式
diff-what-server-address = 服务器地址
diff-what-banner = 问候语
diff-what-software = 软件
diff-what-local-address = 测试地址
    .read = 地址
diff-what-seen-as = 服务器看到的地址
diff-what-nat = NAT
diff-what-family = 地址族
diff-what-security = 加密
diff-what-advertised = 公布的地址
diff-what-passive-ports = 抽到的被动端口
diff-what-hops = 跳数
diff-what-routers = 路由器
diff-what-rule = 规则
diff-what-judgement = 判断

# Notes about the comparison itself
diff-note-two-servers = 警告：看来是两台服务器，比较它们证明不了什么。
diff-note-server-unknown = 两次测到的是不是同一台服务器，还不能确定。
diff-note-not-compared = 至少有一次没有测，所以没有比较：{ $verbs }。
diff-note-interrupted = { $run } 被中断：它缺的部分没有测。
diff-note-place = 从报告看不出两次测试是否在同一地点，所以这些差别对地点或时间说明不了什么。
diff-note-nothing = 这些差别不符合任何已知情形，不据此推断。

# One works, the other one fails: passive
diff-edge-passive-title = 只有从外面的 { $fails } 失败：问题在服务器的网络边界
diff-edge-passive-text = { $works } 在服务器的网络里面，能连上被动端口：服务器确实打开了它们。{ $fails } 从外面来，控制连接通了，{ $verbs } 却不通。两者之间隔着服务器的网络边界：是防火墙或 NAT 只让控制端口进、不让被动端口进（没有放行，或没有转发），或者是服务器自己的防火墙这样对待外来者。
diff-network-title = 只有从 { $fails } 失败：问题在 { $fails } 自己的网络
diff-network-passive-text = { $works } 同样在服务器的网络外面，能连上被动端口：服务器打开了它们，网络边界也放外人进来。从 { $fails } 测，{ $verbs } 不通：{ $fails } 那边的防火墙放行去往控制端口的连接，却不放行去往被动端口的。
diff-network-control-text = { $works } 登录成功，可见服务器开着。{ $fails } 没有登录成功（{ $seen }），它自己的测试显示敲门就丢在它那边。
diff-source-title = 服务器那边让 { $works } 进，不让 { $fails } 进
diff-source-text = 两边都从外面来。{ $works } 能连上被动端口；{ $fails } 的 { $verbs } 走到服务器那边就到头了。那里有一条规则看来源地址：地址名单、按国家封锁，或者封禁。
diff-source-control-text = 两边都从外面来。{ $works } 登录成功；{ $fails } 的敲门走到服务器那边就到头了（{ $seen }）。那里有一条规则看来源地址：地址名单、按国家封锁，或者封禁。
diff-way-title = { $fails } 和服务器之间有东西在拦
diff-way-passive-text = { $works } 能连上被动端口：服务器打开了它们。{ $fails } 的 { $verbs } 丢在途中，既不在它自己那头，也不在服务器那头。{ $works } 不走那条路，或者在那里受到不同的对待。
diff-hairpin-title = 只有里面的 { $fails } 失败：绕道公网地址所致
diff-hairpin-text = { $works } 从外面能连上被动端口：服务器和网络边界都没问题。{ $fails } 在服务器的网络里面，却绕道公网地址。边界上的 NAT 会把控制连接绕回来，却不绕回 { $verbs }（被动端口没有 NAT 回环）。在里面请用服务器的内网地址，或者让 NAT 把被动端口范围也绕回来。
diff-place-title = 被动模式能不能用，要看在哪里测
diff-place-passive-text = { $works } 能连上被动端口：服务器打开了它们。从 { $fails } 测，{ $verbs } 不通。可见问题只有 { $fails } 的包才碰得到：它路上的防火墙，或者看来源地址的规则。在哪一边，从地址上看不出来。
diff-command-title = 从 { $fails } 测，一条命令不通，另一条能通
diff-command-text = 从 { $works } 测两条都通，从 { $fails } 测只有 { $verbs } 不通。{ $fails } 的路上可能有防火墙监视控制连接，而两条命令它只懂一条（FTP 助手）。
diff-transfer-title = 从 { $fails } 测，数据连接能建立，传输却失败
diff-transfer-text = 同样的列表 { $works } 取到了，可见服务器会发。{ $fails } 的数据连接建立之后又断了（{ $verbs }）：问题在 { $fails } 的路上，比如检查内容的防火墙、代理，或者包太大过不去。
diff-machine-title = 只有从 { $fails } 失败，而 { $works } 在同一个网络：问题在 { $fails } 这台机器
diff-machine-text = 两次测试来自同一个网络，网关和整条路都相同。{ $works } 能用，{ $fails } 却不行：问题在这台机器本身（它的防火墙、安全软件或 VPN），或者有一条专门针对它的规则。
diff-answers-title = 服务器对 { $fails } 和 { $works } 的应答不同
diff-answers-passive-text = 从 { $works } 测，被动模式能用；对 { $fails }，服务器用应答回绝（{ $verbs }）。没有丢包，是有人说了不：可能是看来源地址的设置，可能是同一域名后面的另一台服务器，可能是代它应答的设备，也可能是两次测试之间有了变动。
diff-answers-active-text = 从 { $works } 测，主动模式能用；对 { $fails }，服务器用应答回绝（{ $verbs }）。没有丢包，是有人说了不：可能是看来源地址的设置，可能是同一域名后面的另一台服务器，可能是代它应答的设备，也可能是两次测试之间有了变动。

# One works, the other one fails: active
diff-client-active-title = 只有从 { $fails } 测主动模式失败：问题在 { $fails } 自己那边
diff-client-active-text = 服务器连回了 { $works }，可见它能往外连。它的敲门却没到 { $fails }（{ $verbs }）：{ $fails } 那边的防火墙不放行不请自来的连接。这很常见，解决办法就是被动模式。
diff-client-active-text-nat = 服务器连回了 { $works }，可见它能往外连。{ $fails } 在 NAT 后面，服务器的敲门没到它那里（{ $verbs }）：没人告诉 NAT 这是找谁的。这很常见，解决办法就是被动模式。
diff-way-active-title = 服务器和 { $fails } 之间有东西拦住了服务器的连接
diff-way-active-text = 服务器连回了 { $works }。它的敲门没到 { $fails }（{ $verbs }），而 { $fails } 自己的测试显示，它既不丢在自己那头，也不丢在服务器那头。
diff-edge-active-title = 服务器无法往外连到 { $fails }：问题在服务器的网络边界
diff-edge-active-text = 服务器连回了同在它网络里的 { $works }。它的敲门没到 { $fails }（{ $verbs }），而 { $fails } 自己的测试把问题定在服务器那边：网络边界不让服务器往外连。
diff-place-active-title = 主动模式能不能用，要看在哪里测
diff-place-active-text = 服务器连回了 { $works }；它的敲门没到 { $fails }（{ $verbs }）。多半是 { $fails } 自己的防火墙或 NAT。从到 { $works } 的路看不出服务器的网络边界是否让它往外连。

# It works, or fails, from both
diff-works-passive-title = 从两个网络测，被动模式都能用
diff-works-passive-text = 两次都在服务器的网络外面，都连上了被动端口。服务器和它的网络边界没有问题：谁还失败，原因在他自己那边。
diff-works-active-title = 从两个网络测，主动模式都能用
diff-works-active-text = 服务器两边都连回去了：它能往外连。如果在别处主动模式失败，首先怀疑那里自己的防火墙或 NAT。
diff-server-passive-title = 两边被动模式都失败：问题在服务器那边
diff-server-active-title = 两边主动模式都失败：问题在服务器那边
diff-agreed-passive-text = 两次测试各自都判定包丢在服务器那边。两个网络结论一致，就不会是其中一个网络的毛病。
diff-agreed-active-text = 两次测试各自都发现是服务器那边不让它往外连。两个网络结论一致，就不会是其中一个网络的毛病。
diff-says-text = { $run } 自己就判定包丢在服务器那边；另一处也在同一方向上失败（{ $verbs }），没有什么表明不是同一台设备。{ $suspects }
diff-server-passive-text = 两个网络除了服务器那一端没有共同之处，从两边测，{ $verbs } 都不通。{ $suspects }
diff-server-active-text = 两个网络除了服务器那一端没有共同之处，两边都没等到服务器来敲门（{ $verbs }）。{ $suspects }
diff-itself-passive-text = 在里面（{ $works }），中间没有网络边界，就已经连不上被动端口。所以光打开边界帮不了 { $fails }：先要解决的是服务器自己的防火墙，或服务器本身。
diff-itself-active-text = 在里面（{ $works }），中间没有网络边界，服务器的敲门就已经到不了。可能是服务器自己的防火墙不让它往外连，也可能是 { $works } 自己的防火墙不让敲门进来。
diff-suspects-unknown = 两边共有的是服务器、服务器的防火墙和它的网络边界。
diff-suspects-server = 就所见而言，两条路只在服务器，或紧靠服务器的那个路由器处会合。
diff-suspects = 两条路从这里开始相同：{ $routers }，然后是服务器。拦路的就是其中之一，或者是两条路会合处的那一台。
diff-each-passive-title = 两边被动模式都失败，而且都在客户端自己那边
diff-each-active-title = 两边主动模式都失败，而且都在客户端自己那边
diff-each-text = 两次测试都在自己那边找到原因：两个网络有同样的习惯。这既不能说明服务器有问题，也不能说明它没问题：两边都看不到自己的防火墙或 NAT 之外（{ $verbs }）。
diff-two-boxes-passive-title = 被动模式在两个地方被拦
diff-two-boxes-active-title = 主动模式在两个地方被拦
diff-two-boxes-text = { $client } 被自己那边拦住，{ $server } 被服务器那边拦住。这是两台设备：只修好一台，只能帮到碰不上另一台的人（{ $verbs }）。
diff-both-passive-title = 两边被动模式都失败
diff-both-active-title = 两边主动模式都失败
diff-both-text = 从两处测都失败（{ $verbs }）。是一台设备还是两台，单凭这两次测试说不准。
diff-ways-title = 两边都失败，但方式不同
diff-ways-text = 没有回音、RST、ICMP 禁止和应答回绝，出自不同的手。两处碰到的是两台设备，或者是一台区别对待它们的设备（{ $verbs }）。
diff-refuses-passive-title = 不管从哪里来，服务器都不接受被动模式
diff-refuses-active-title = 不管从哪里来，服务器都不接受主动模式
diff-refuses-text = 从两处测，得到的都是应答回绝（{ $verbs }）：这是服务器的设置，与地点无关。

# One place, two times
diff-changed-a-title = 同一地点，A 能用，B 失败
diff-changed-b-title = 同一地点，A 失败，B 能用
diff-changed-text = 两次测试在同一地点；{ $verbs } 只有 { $works } 那次能通。原因不在地点：服务器、它的防火墙或这个网络有了变动。{ $order }{ $found }
diff-changed-login-title = 同一地点，{ $works } 能登录，{ $fails } 不能
diff-changed-login-text = 两次测试在同一地点。{ $works } 登录成功，{ $fails } 没有：{ $seen }。{ $order }
diff-found = { $run } 的诊断：{ $title }。
diff-found-none = {""}
diff-order-broke = 先前能用，后来坏了：查查这期间改动过什么。
diff-order-mended = 先前不行，现在好了。
diff-order-unknown = 两次测试孰先孰后，无从得知。
diff-server-changed-title = 服务器本身和以前不同了
diff-server-changed-text = 问候语或软件也跟着变了：服务器升级或迁移过，带来了新的配置，这一点可疑。
diff-range-title = 服务器改从另一个范围抽取被动端口
diff-range-text = 能用时被动端口是 { $from }；失败时是 { $to }。防火墙可能还只放行旧的范围。

# The factor
diff-family-title = 取决于地址族：{ $with } 能用，{ $without } 不能
diff-family-text = { $works } 走 { $with }，能用；{ $fails } 走 { $without }，不能用。防火墙对每个地址族各有一套规则：检查服务器那边和这个网络针对 { $without } 的规则。
diff-security-title = 取决于是否加密
diff-security-tls-text = 明文（{ $works }）能用，TLS（{ $fails }）不能用（{ $verbs }）。靠读控制连接来打开数据端口的防火墙，在 TLS 下就失明了：改为放行固定的被动端口范围。
diff-security-clear-text = TLS（{ $works }）能用，明文（{ $fails }）不能用（{ $verbs }）。服务器，或某台读控制连接的设备，对明文数据连接另眼相看。
diff-control-tls-title = 取决于要求了哪种加密
diff-control-tls-text = { $works } 要求“{ $with }”，登录成功；{ $fails } 要求“{ $without }”，没有成功：{ $seen }。
diff-several-title = 两次测试之间不止一处不同
diff-several-text = { $works } 能用，{ $fails } 不能（{ $verbs }），但两次测试在地点、地址族和加密中不止一项不同。要知道是哪一项起作用，得再测一次，只改其中一项。

# The control connection
diff-edge-title = 从外面的 { $fails } 连不上：问题在服务器的网络边界
diff-edge-control-text = { $works } 在服务器的网络里面，登录成功：服务器开着。{ $fails } 从外面来，没有连上（{ $seen }）：网络边界没有放行控制端口，或没有转发它。
diff-control-title = 能不能连上，要看在哪里测
diff-control-text = { $works } 登录成功，可见服务器开着。{ $fails } 没有：{ $seen }。要么是 { $fails } 自己的网络不放行去往控制端口的连接，要么是服务器那边不让 { $fails } 进（地址名单、封禁、按国家封锁）。
diff-name-title = { $works } 查得到这个域名，{ $fails } 查不到
diff-name-text = { $works } 用域名找到了服务器，{ $fails } 什么也没查到。原因不在服务器：两边问的是不同的域名服务器（内部区域、过时或缺失的记录）。
diff-login-title = 用户名相同，服务器让 { $works } 进，不让 { $fails } 进
diff-login-text = 两边的路都是通的；是服务器自己拒绝了 { $fails }：{ $seen }。它可能看来源地址，也可能两次的密码不同。
diff-user-title = 能否登录取决于用户：{ $with } 能，{ $without } 不能
diff-user-text = 两边的路都是通的。{ $works } 以 { $with } 登录成功；{ $fails } 以 { $without } 登录被拒绝。
diff-full-title = { $fails } 来的时候服务器满了
diff-full-text = { $works } 登录成功；{ $fails } 因连接数太多被挡在门外。这是负载、每个地址的连接上限或残留连接的问题，不是防火墙。
diff-neither-title = 两处都登录不了，原因相同
diff-neither-text = 两处都是：{ $seen }。两处以同样的方式失败，说明问题多半在服务器那边。

# What stands against a conclusion
diff-doubt-time = 两次测试相隔 { $gap }：其间可能有变动。
diff-doubt-time-unknown = 有一次测试的时间读不出来：其间可能有变动。
diff-doubt-server = 两次测到的是不是同一台服务器，还不能确定。
diff-doubt-place = 两次测试在同一地点只是推测：地址对得上，但不能证明。
diff-doubt-one-network = 两边在同一个网络只是推测：私网地址对得上，但不能证明。
diff-doubt-two-places = 有一次测试在哪里做的不清楚：可能其实是同一地点，只是时间不同。
diff-doubt-comes-and-goes = 两次测试相隔很近：也可能是时好时坏。
diff-doubt-third = { $fails } 自己的网络也可能造成同样的结果；再从第三个网络（同样在外面）测一次就能定论。
diff-doubt-source = 服务器那边若有看来源地址的规则，看起来也一样。
diff-doubt-ports = { $fails } 只敲了一个端口，而且不是能通的那些：起作用的可能是端口，而不是地点或时间。
diff-doubt-port-drawn = 被动端口范围可能只放行了一部分：那就要看抽到哪个端口。
diff-doubt-own-cause = { $run } 找到了它自己的原因，这对另一次说明不了什么。
diff-doubt-both-networks = 如果两个客户端网络都不放行去往高端口的连接，看起来也一样。
diff-doubt-nobody-in = 大多数客户端网络都不放行不请自来的连接：两个这样的网络，看起来也一样。

# What is ruled out by the other run
diff-not-passive-reached = { $works } 连上了服务器公布的被动端口
diff-not-active-called = 服务器连回了 { $works }
diff-not-both-came-through = 两边都通了
diff-not-agreed = 两次测试都判定包丢在服务器那边
diff-not-packets = 得到的是应答，没有丢包
diff-not-listing = { $works } 取到了列表
# after why-not-no-login
why-not-control-refused = 没能为此登录：控制连接被拒绝
why-not-control-reset = 没能为此登录：控制连接被重置
why-not-control-silent = 没能为此登录：控制连接没有响应
why-not-control-icmp = 没能为此登录：{ $icmp }
why-not-control-broke = 没能为此登录：控制连接断了

## The spinner
stage-resolving = 正在查询 { $name }
stage-connecting = 正在敲 { $to } 的门
stage-greeting = 等待 { $to } 的问候
stage-logging-in = 正在登录
stage-survey = 正在询问服务器的情况
stage-trying = 正在试 { $verb }
stage-trying-again = 正在再试一次 { $verb }
stage-waiting = 保持空闲 { $seconds } 秒
stage-climbing = 正在查看包在去往 { $to } 的路上能走多远
stage-sampling = 正在索取端口通告
stage-sweeping = 正在逐个敲端口 { $range }：{ $ports } 个里已完成 { $done } 个，最多还要 { $seconds } 秒
stage-pausing = 服务器已满：{ $seconds } 秒后再问

## The catalogue
plane-control = 控制连接
plane-passive = 被动模式
plane-active = 主动模式
plane-middlebox = 中间设备
plane-TLS = TLS
plane-family = 地址族
plane-server = 服务器

## Clients: what a try meets, step by step
client-open = { $verb } 能通
client-open-sometimes = { $verb } 能通，但 { $of } 次里只有 { $times } 次
client-reply = { $verb } 被回绝（{ $why }）
client-refused = { $verb }：敲门当场被拒（{ $why }）
client-server-failed = { $verb }：服务器来敲门没有敲开（{ $why }）
client-silent = { $verb }：敲门没人应
client-nobody-knocks = { $verb }：服务器的敲门始终没有到
client-over = { $verb }：{ $why }
client-unreadable = { $verb }：它读不懂服务器应答的写法
client-unclosed = { $verb }：数据到了，但结束时没有 close_notify，它当作被截断
client-address-disliked = { $verb }：227 给出 { $advertised }，不是服务器的地址 { $peer }，它就此放弃
client-address-itself = { $verb }：227 让它去 { $advertised }，那是它自己的机器
client-address-private = { $verb }：227 让它去 { $advertised }，那是内网地址，没人应
client-address-open = { $verb }：它按 227 去 { $advertised }，能通
client-address-silent = { $verb }：227 让它去 { $advertised }，那里没人应（{ $why }）
client-address-refused = { $verb }：227 让它去 { $advertised }，在那里被拒（{ $why }）
client-waits = { $what }，等 { $seconds } 秒
client-waits-forever = { $what }，而且一直等下去
client-then = { $first }；然后 { $then }
client-late = { $because }：要到 { $after } 之后
client-believed = { $because }（这个客户端的做法是一般认识，未经实测）
client-removed = 从 { $version } 版起它不再支持 FTP
client-no-ipv6 = 它不能通过 IPv6 使用 FTP
client-no-tls = 它不支持 FTP over TLS
client-no-implicit-tls = 它不支持一开始就用 TLS
client-unknown-protection = 它在 TLS 下默认不加密数据连接（PROT C），服务器是否接受没有测过；程序若要求 PROT P，结果同这里所见
client-unknown-resumption = 它的数据连接 TLS 握手只在部分服务器上成功，与这台服务器如何没有测
client-unknown-unclosed = { $verb }：数据结束时没有 close_notify，它是否接受没有测
client-no-resumption = 它的数据连接不恢复 TLS 会话，而服务器要求这样做
client-insists = 数据连接不能恢复 TLS 会话它就放弃，而这台服务器从不恢复
client-distrusts = 它不信任证书：{ $reason }
client-no-login = 未登录：{ $title }

# Facts that are missing
client-unknown-unasked = 没有测 { $verb }：没有要求测它
client-unknown-mode = 没有测到 { $verb }：{ $why }
client-unknown-late = 没有测准 { $verb }：服务器的敲门来迟了，要等多久不清楚
client-unknown-caller = { $verb } 没有测到底：{ $why }
client-unknown-address = 227 让它去 { $advertised }，那里有没有人应没有测（--dial-advertised）
client-unknown-version = 各版本分别如何没有测：有的连 227 给出的 { $advertised }，有的连 { $peer }
client-unknown-built = 服务器要求数据连接恢复 TLS 会话；程序编译时选用的 TLS 库是否恢复，没有测
client-unknown-certificate = 服务器提供 TLS 时它会自己用上；它信不信任证书没有测（ftpes://）
client-unknown-tls = 它会自己用上 TLS；用了之后怎样没有测（ftpes://）
client-unknown-untrusted = 遇到这张证书它会继续；之后怎样没有测（--insecure）
client-unknown-login = { $user } 登录不了；有密码的用户会怎样没有测
client-unknown-no-login = 没有登录，数据连接也就没有测

# Settings
client-setting-passive = 被动模式：{ $how }
client-setting-active = 主动模式：{ $how }
client-setting-pasv = 只用 PASV，不用 EPSV：{ $how }
client-setting-epsv = 用 EPSV 代替 PASV：{ $how }
client-setting-server = 用服务器自己的地址代替 227 里的地址：{ $how }
client-setting-any = 照 227 里的地址去：{ $how }
client-setting-another = 改设置没有用，换一个程序就行：{ $how }

# The section of the text report
client-device = 只会主动模式的摄像机和扫描仪
clients-title = 各客户端在默认设置下的表现（由以上事实推算）
clients-all = 已知的 { $count } 种都能用。{ $gone }
clients-work = 能用
clients-fail = 不能用，{ $why }
clients-unknown = 不清楚，{ $why }
clients-removed = { $names } 已不再支持 FTP。
client-short-open = { $verb } 能通
client-short-passive-reply = 被动模式：服务器回绝 { $verb }
client-short-passive-refused = 被动模式：敲门当场被拒
client-short-passive-silent = 被动模式：敲门没人应
client-short-passive-over = 被动模式：数据连接没有走到底
client-short-unclosed = 它们要求数据结束时有 close_notify
client-short-active-reply = 主动模式：服务器回绝 { $verb }
client-short-active-refused = 主动模式：服务器来敲门没有敲开
client-short-active-silent = 主动模式：服务器的敲门始终没有到
client-short-active-over = 主动模式：数据连接没有走到底
client-short-astray = 被 227 里的地址带错了路
client-short-disliked = 因 227 里的地址而放弃
client-short-late = 要等一分钟以上

## Browser fails, client works
one-works-active = 为什么这个程序能用、那个不能用：{ $fail } 用被动模式，由客户端去敲服务器随意给出的端口，这条路不通。{ $work } 用主动模式，或者会退回主动模式，由服务器来敲客户端的门，这条路是通的。{ $today }
one-works-passive = 为什么这个程序能用、那个不能用：{ $fail } 用主动模式，由服务器来敲客户端的门，这条路不通。{ $work } 用被动模式，由客户端去敲服务器的门，这条路是通的。{ $today }
one-works-setting = 眼下的办法：在 { $client } 里设置{ $setting }。
one-works-instead = 眼下的办法：不用 { $client }，改用 { $how }。
one-works-no-setting = 眼下的办法：换用另一类程序。
## The page (HTML) and the ticket (Markdown)
page-connections = 连接
page-legend = 箭头从敲门的一方指向要开的那扇门，两端是端口号。叉号是连接断在哪里，问号表示断在哪里不清楚，灰色虚线是没有测的。
page-command = 命令
page-port = 端口
page-outcome = 结果
page-others = 重试和对比
page-path = 到服务器的路径
page-hop = 跳
page-address = 地址
page-packets = 数据包
page-certificate = 证书
page-works = 可用
page-fails = 不可用
page-notes = 说明

# 期望(--expect)以及实际看到的情况。
expect-and = { $first }；{ $then }
expect-mode = { $verb }：{ $outcome }（{ $why }）
expect-verdict = 结论是“{ $seen }”
expect-not-asked = 没有要求测试这种模式
expect-not-tested = 没有测试过这种数据连接
expect-no-control = 控制连接没有建立
expect-no-login = 没有登录成功
expect-clear-run = 本次运行用的是明文
expect-nat-none = 服务器看到的就是本机地址
expect-nat-present = 服务器看到的不是本机地址
expect-nat-unknown = 服务器没有说明它看到的地址
expect-software = 服务器软件是 { $name }
expect-software-unknown = 服务器没有表明自己是什么软件
expect-tls-required = 无法以明文登录
expect-tls-clear-taken = 服务器接受了明文登录
expect-tls-clear-not-tried = 没有尝试明文登录
expect-tls-offered = 服务器支持 TLS
expect-tls-off = 服务器不支持 TLS
expect-tls-fails = 服务器接受 AUTH TLS，但握手失败
expect-tls-unknown = 服务器没有说明是否支持 TLS
expect-reuse = { $all } 个数据连接中有 { $yes } 个复用了会话
expect-reuse-unknown = 没有可复用会话的 TLS 数据连接
expect-certificate-valid = 证书没有问题
expect-certificate-unknown = 没有看到并检查证书
expect-certificate-days = 证书还有 { $days } 天到期
expect-certificate-ended = 证书已过期 { $days } 天
expect-range-inside = 服务器通告的端口：{ $ports }
expect-range-outside = 服务器通告了范围之外的端口：{ $ports }
expect-range-unknown = 服务器没有通告被动端口
expect-cause-found = 已发现：{ $title }
expect-cause-follows = 只是 { $cause } 的后果
expect-cause-not-found = 未发现
expect-cause-unmeasured = 本版本不认识该原因
expect-cause-audit = 只有 ftp-doctor audit 才能判定该原因
expect-cause-idle = 没有保持空闲的登录（--idle）
expect-side = { $side }（{ $cause }）
expect-no-problem = 没有发现问题
expect-time = 实测 { $value } ms
expect-time-unknown = 本次运行没有测到这个时间
expect-client-unknown = 不了解这个客户端
expect-port-unknown = 没有连接过这个端口
expect-counts = { $all } 项期望中有 { $met } 项符合。
expect-met = 符合
expect-not-met = 不符合
expect-not-measured = 未测
report-expectations = 期望

# 多个目标一览。
overview-target = 目标
overview-verdict = 结论
overview-open = 可用模式
overview-expected = 符合期望
overview-problems = 问题
overview-failed = 未运行
overview-counts = { $all } 个目标中有 { $well } 个正常。

# 端口审计

seen-swept-through = 敲 { $ports } 能到
seen-swept-blocked = 敲 { $ports } 到不了，每个敲了 { $asked } 次；同时，有回应的端口上丢了 { $loss } % 的敲门
seen-read-along = { $names }：途中有些设备会为这种协议做辅助（ALG），把这个端口当成它的，看不懂的就可能拦下
seen-announced-open = { $ports }：公布期间放行
seen-announced-rejected = { $ports }：公布期间每次都被拒绝（RST）
seen-swept-nearer = { $ports }：寿命只有 { $ttl } 跳、到不了服务器的 SYN 也收到了 RST
seen-swept-rejected = { $sender } 用 ICMP 拒绝
seen-announced = 索取到 { $count } 次通告，从 { $min } 到 { $max }
seen-leaks-blocked = 敲 { $ports } 到不了
seen-announcement-refused = 服务器说：{ $reply }
audit-title = 被动端口审计
audit-announced = 索取到 { $count } 次通告；整个过程中见到 { $distinct } 个不同端口，从 { $min } 到 { $max }。
audit-nothing-announced = 除各模式自己的通告外，没有得到别的通告。
audit-bounds-declared = 给定范围：{ $range }（{ $size } 个端口，同时也就是这么多个传输）。
audit-bounds-learned = 可能的范围：{ $range }（{ $size } 个端口，同时也就是这么多个传输），由通告的端口推出，并放宽到附近的整数；用 --passive-ports 可以指明。
audit-pinholes = 端口 { $ports } 在通告之后是开的，不通告就没有回应：有设备随通告逐个开端口。所以只敲了通告过的端口。
audit-some-pinholes = 没有通告时，范围里有一部分没有回应。其中的 { $ports } 在通告之后马上是开的，之后又没有回应：有设备随通告逐个开端口。所以没有回应的端口不算被挡。
audit-intercepted = 几乎每个端口都有人代服务器应答：在这里，握手成功说明不了服务器的端口。
audit-not-swept = 没有逐个敲这个范围。
audit-means-open = 有程序在那里监听
audit-means-refused = 敲门能到，只是此刻没有程序监听
audit-group = { $count } 个端口：{ $means }
audit-means-announced = 公布期间放行
audit-means-rejected = 公布期间被拒绝：连接被挡回，谁也进不去
audit-means-nearer = 被服务器前面的设备拒绝：没有转发过去
audit-means-refused-unclear = 回应与关闭的端口一样，而被挡回的已公布端口也是如此
audit-means-timed-out = 没有回应：在路上被挡住了
audit-means-silent = 没有回应；不算被挡，见下文
audit-means-prohibited = 防火墙明确拒绝
audit-means-unreachable = 没有路由，或者本机发不出去
audit-means-not-tested = 不清楚
audit-outside = 范围之外通告过的 { $count } 个端口：{ $means }
audit-known-data = 主动模式从这里呼出；不需要有程序监听，关着才对
audit-known-control = 通常的控制端口
audit-known-implicit = 一开始就用 TLS；只有 ftps:// 需要
audit-more = 另有 { $count } 段见 JSON 报告。
audit-asked = 没有回应的端口要敲满 { $asked } 次才算被挡（共 { $syns } 个 SYN，用时 { $took }）；有回应的端口上丢了 { $loss } % 的敲门，因此有任何一个端口判错的可能低于 1 %。
audit-chance = 关闭的端口和被挡回的端口回应相同，所以要在端口公布期间去敲：共敲了 { $count } 个。假如范围的四分之一被 RST 挡回，这样的审计 100 次里会有 { $chance } 次发现；加大 --samples 可以提高。
audit-asked-doubtful = 没有回应的端口要敲满 { $asked } 次才算被挡（共 { $syns } 个 SYN，用时 { $took }）；有回应的端口上丢了 { $loss } % 的敲门：没有回应的端口里也许有个别其实能通。
audit-asked-incomplete = 敲到 { $syns } 个 SYN（{ $took }）时中断，丢了 { $loss } %；没有回应的端口本应每个敲 { $asked } 次，没敲够的算未测。
audit-asked-gone-silent = 先前有回应的端口（{ $ports }）在敲完时（{ $syns } 个 SYN，用时 { $took }）不再回应：中途有设备封禁了本机，或限制了本机的连接数。因此没有回应说明不了问题，这些端口算未测。请过些时候用更低的 --rate 再测。
audit-unclear = 没有通告表明服务器会用 { $ports }：也许在它的范围之外，或在两段范围之间。因此这里没有回应不算被挡；用 --passive-ports 可以指明是哪些端口。
audit-patchy = 整个范围里，有回应和没有回应的端口互相交错：防火墙的规则不会是这样，丢包或限制连接数才会。因此不把任何端口算作被挡；请用更低的 --rate 再测。
audit-place-open = 开放
audit-place-through = 放行
audit-place-blocked = 被挡
audit-place-mixed = 部分放行
audit-place-silent = 没有回应，不算被挡
audit-place-not-tested = 未测
audit-each = 每格 { $count } 个端口

## The steps of a run (-v), and why its plan took each (-vv)
report-steps = 做了什么（开始，用时）
step-names = 查询名称
step-login = 首次登录，并询问服务器的情况
step-attempt = { $verb }
step-attempt-again = 再试一次 { $verb }
step-attempt-changed = { $verb }，{ $how }
step-attempt-file = 用 { $verb } 取文件，{ $how }
step-announce = 再发 { $verb }，逐个敲公布的端口
step-climb-control = 逐跳探到控制端口
step-climb = 逐跳探到控制端口和 { $ports }
step-hole = 先把洞打到第 { $hop } 跳，再用 { $verb }
step-knock = 敲没有公布的端口 { $ports }
step-nearer = 向控制端口发一个 SYN，只走到发出 RST 的那一跳
step-quiet = 安静片刻
step-routers = 敲路由器，敲的是服务器上无声的端口
step-halves = 把命令分成两段发送
step-idle = 登录后保持空闲
step-idle-kept = 登录后保持空闲，由 TCP 保活
step-sample = 索取端口通告，不去敲
step-sweep = 逐个敲范围里的端口
step-how-dial-advertised = 敲公布的地址
step-how-announce = 命令里写 { $address }
step-how-second-knock = 另从一个端口再敲一次
step-how-knock-again = 被拒之后再敲
step-how-pipelined = 和 NOOP 放在同一段里
step-how-segments = 报文段不超过 { $bytes } 字节
step-how-clear = 不用 TLS
step-how-fresh-session = 另用一个 TLS 会话
step-how-retrieve = 取文件
step-how-keep-alive = 控制连接由 TCP 保活
because-beginning = 每次测试都从这里开始
because-mode-asked = 要求测试，还没试过
because-file-asked = 由 --get 要求
because-idle-asked = 由 --idle 要求
because-advertised-elsewhere = --dial-advertised：227 里是另一个地址
because-audit-asked = 审计要求
because-may-be-chance = 只失败一次，也许是偶然
because-one-works = 另一个是通的：是命令、端口，还是偶然？
because-as-many-ports = 通的那个也要试同样多的端口
because-other-ports = 一个端口代表整个范围：别的端口呢？
because-port-shut = 有一个端口不通：是命令、端口、范围的一部分，还是偶然？
because-ports-differ = 有的端口通，有一个没有回应：是逐个开的吗？
because-nothing-came = 数据连接已建立，却什么都没来：应答的是谁？
because-answered-unannounced = 没人公布的端口也有应答：来自多远？
because-starved = 数据连接已建立，却没有数据：报文段太大？
because-small-came-through = 小报文段能过：大的还是不行吗？
because-control-lost = 控制连接断了：保活能留住它吗？
because-idle-lost = 空闲的登录断了：保活能留住它吗？
because-announced-refused = 公布的端口拒绝了：片刻之后还拒绝吗？
because-opened-for-one = 被动模式是通的：同一端口能敲不止一次吗？
because-second-knock-silent = 一次没有回应也许是丢包：换个端口
because-opened-one-by-one = 每个端口只放行一次敲门：有人在读命令吗？
because-packets-undelivered = 有些包到了本机却没人收：平时也来吗？
because-answers-unseen = 是敲门死在那里，还是应答死在回来的路上？
because-passive-shut = 被动端口不通：敲门能走多远？
because-control-silent = 控制端口没有回应：敲门能走多远？
because-range-blocked = 范围里有一部分被挡：敲门能走多远？
because-seen-elsewhere = 没人来敲，而服务器看到我们的是另一个地址
because-may-be-rewritten = 服务器不可能知道我们的地址，却敲到了：被改写了吗？
because-hops-needed = 打洞要先知道有多少跳
because-knock-shut-out = 服务器的敲门没到：从洞里能到吗？
because-hole-helps = 打洞有用：最近打到哪里就够？
because-second-knock-reset = 第二次敲门收到 RST：是谁发的？
because-session-resumed = 复用了 TLS 会话：非复用不可吗？
because-shut-under-tls = 用 TLS 什么都不通：明文呢？
