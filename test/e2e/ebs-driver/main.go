// A stand-in for the AWS EBS CSI driver, where there is no AWS: volumes are folders of the node whose zone they are in, attached to one
// node at a time. To Kubernetes and to the sidecars it is ebs.csi.aws.com, and it takes the parameters that the real one documents.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const driverName = "ebs.csi.aws.com"

// Inputs are environment variables:
//
//	CSI_SOCKET           path of the socket to serve CSI on
//	NODE_NAME            name of the node
//	ZONES                zone of each node: cp1=eu-central-1a,cp2=eu-central-1b
//	VOLUMES              zone of each volume that exists already: vol-0123456789abcdef0=eu-central-1a
//	REGISTRATION_SOCKET  path of the socket by which kubelet gets to know the driver; none for the controller
func main() {
	socket := os.Getenv("CSI_SOCKET")
	zones := pairs(os.Getenv("ZONES"))
	server := grpc.NewServer(grpc.UnaryInterceptor(logCalls))
	csi.RegisterIdentityServer(server, identity{})
	csi.RegisterControllerServer(server, newController(zones, pairs(os.Getenv("VOLUMES"))))
	csi.RegisterNodeServer(server, &node{name: os.Getenv("NODE_NAME"), zone: zones[os.Getenv("NODE_NAME")]})
	if registration := os.Getenv("REGISTRATION_SOCKET"); registration != "" {
		go serveRegistration(registration, socket)
	}
	serve(server, socket)
}

func pairs(text string) map[string]string {
	found := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			found[key] = value
		}
	}
	return found
}

func serve(server *grpc.Server, socket string) {
	// What an earlier container has left.
	os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Serve(listener))
}

func logCalls(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	response, err := handler(ctx, request)
	if err != nil {
		log.Printf("%s %v: %v", info.FullMethod, request, err)
	} else if !strings.HasSuffix(info.FullMethod, "/Probe") {
		log.Printf("%s %v", info.FullMethod, request)
	}
	return response, err
}

type identity struct {
	csi.UnimplementedIdentityServer
}

func (identity) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: driverName, VendorVersion: "stand-in"}, nil
}

func (identity) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	capability := func(service csi.PluginCapability_Service_Type) *csi.PluginCapability {
		return &csi.PluginCapability{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{Type: service}}}
	}
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{
		capability(csi.PluginCapability_Service_CONTROLLER_SERVICE),
		capability(csi.PluginCapability_Service_VOLUME_ACCESSIBILITY_CONSTRAINTS),
	}}, nil
}

func (identity) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}
