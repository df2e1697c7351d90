// Lists a server's root folder with jlaffaye/ftp, as its manual does it: jlaffaye HOST [CA.PEM].
// The library is rclone's fork of it, see tests/setup.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/rclone/ftp"
)

func main() {
	host := os.Args[1]
	var options []ftp.DialOption
	if len(os.Args) > 2 {
		pem, err := os.ReadFile(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		config := &tls.Config{ServerName: host, RootCAs: roots}
		options = append(options, ftp.DialWithExplicitTLS(config))
	}
	c, err := ftp.Dial(net.JoinHostPort(host, "21"), options...)
	if err != nil {
		log.Fatal(err)
	}
	if err := c.Login("anonymous", "guest"); err != nil {
		log.Fatal(err)
	}
	entries, err := c.List("/")
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range entries {
		fmt.Println(entry.Name)
	}
}
