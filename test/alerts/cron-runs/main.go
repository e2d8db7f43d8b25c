// When schedules come, by the package with which Kubernetes reads those of CronJobs.
//
// Reads lines `FROM TO TIMEZONE SCHEDULE`, with times as seconds since 1970. For each it prints a line: the longest time between two runs in seconds, 0 if
// there are less than two. With the argument `runs` it prints when they are.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		runs, err := runsOf(lines.Text())
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", lines.Text(), err)
			os.Exit(1)
		}
		if len(os.Args) > 1 && os.Args[1] == "runs" {
			fmt.Println(strings.Trim(fmt.Sprint(runs), "[]"))
		} else {
			fmt.Println(longestGap(runs))
		}
	}
}

func runsOf(line string) ([]int64, error) {
	var from, to int64
	var zone string
	if _, err := fmt.Sscan(line, &from, &to, &zone); err != nil {
		return nil, err
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	schedule, err := cron.ParseStandard(strings.SplitN(line, " ", 4)[3])
	if err != nil {
		return nil, err
	}
	var runs []int64
	// A second before, as what comes is after the time that is given.
	for run := schedule.Next(time.Unix(from-1, 0).In(location)); run.Unix() < to && !run.IsZero(); run = schedule.Next(run) {
		runs = append(runs, run.Unix())
	}
	return runs, nil
}

func longestGap(runs []int64) int64 {
	longest := int64(0)
	for i := 1; i < len(runs); i++ {
		longest = max(longest, runs[i]-runs[i-1])
	}
	return longest
}
