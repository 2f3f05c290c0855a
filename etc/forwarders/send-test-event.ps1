<#
.SYNOPSIS
Sends regwarden one event that it must raise an alert for: registry value AmsiEnable set to 0. Nothing is changed on this
machine: the event is made up, as Sysmon would have written it, and comes from the computer NAME-test.

.DESCRIPTION
Put in:    address and token as parameters. The CA that signed regwarden's certificate must be trusted by Windows:
               Import-Certificate -FilePath C:\regwarden\ca.pem -CertStoreLocation Cert:\LocalMachine\Root
Guarantee: the answer says that the event is on regwarden's disk. It is sent once; start the script again for another.
           The alert comes with the next run of the detection "Disable AMSI Through Registry", which is hourly.
This tries address, certificate, token and what comes after. The forwarder beside it has its own way in: to try that,
set a harmless value where Sysmon logs, and look for it in `regwarden search`:
               reg add HKCU\Software\regwarden-test /v Test /d 1 /f
Needs Windows PowerShell 5.1 or PowerShell 7. Written after PowerShell's documentation; not tried with the program itself.

.EXAMPLE
.\send-test-event.ps1 -Token TOKEN -Url https://rw.shop.lan:8088/api/v1/ingest
#>
param(
    [Parameter(Mandatory)] [string] $Token,
    [string] $Url = 'https://rw.shop.lan:8088/api/v1/ingest'
)
$ErrorActionPreference = 'Stop'
# Windows PowerShell on older Windows offers TLS 1.0 only.
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$now = [DateTime]::UtcNow
$invariant = [Globalization.CultureInfo]::InvariantCulture
$systemTime = $now.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", $invariant)
$utcTime = $now.ToString("yyyy-MM-dd HH:mm:ss.fff", $invariant)
$computer = "$env:COMPUTERNAME-test"
# regwarden knows an event by computer, channel, record id and second: another run is another event.
$recordId = [int64](($now - [DateTime]'2020-01-01').TotalSeconds)

$testEvent = @"
<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>13</EventID>
<Version>2</Version><Level>4</Level><Task>13</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>
<TimeCreated SystemTime='$systemTime'/><EventRecordID>$recordId</EventRecordID><Correlation/>
<Execution ProcessID='$PID' ThreadID='1'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel>
<Computer>$computer</Computer><Security UserID='S-1-5-18'/></System><EventData>
<Data Name='RuleName'>regwarden test event</Data><Data Name='EventType'>SetValue</Data>
<Data Name='UtcTime'>$utcTime</Data><Data Name='ProcessGuid'>{00000000-0000-0000-0000-000000000000}</Data>
<Data Name='ProcessId'>$PID</Data><Data Name='Image'>C:\Windows\System32\reg.exe</Data>
<Data Name='TargetObject'>HKU\S-1-5-21-0-0-0-1000\SOFTWARE\Microsoft\Windows Script\Settings\AmsiEnable</Data>
<Data Name='Details'>DWORD (0x00000000)</Data><Data Name='User'>$computer\test</Data></EventData></Event>
"@

# As bytes: as text, Windows PowerShell would send it in ISO-8859-1.
$reply = Invoke-RestMethod -Method Post -Uri $Url -ContentType 'application/xml; charset=utf-8' `
    -Headers @{Authorization = "Bearer $Token"} -Body ([Text.Encoding]::UTF8.GetBytes($testEvent))
if ($reply.stored -ne 1) { throw "regwarden did not store the event: $($reply | ConvertTo-Json -Compress)" }
Write-Output "regwarden has stored the event (computer $computer, record id $recordId, $systemTime)."
